"""Names of PyTorch and Keras, with what each is called here: see :mod:`autograd.names`."""

from __future__ import annotations

CPU = "leave it out: everything here is on the CPU"
DTYPE = "give dtype= where a layer is built, as in nn.Linear(2, 3, dtype=np.float64)"
LIST = (
    "write a list or a dict: a Module finds the parts in it, as in self.layers = [nn.Linear(2, 3), nn.ReLU()]"
)
TENSOR = "write autograd.Tensor(array): as an attribute of a Module it is a parameter"
BUFFER = "write self.name = autograd.Tensor(array, requires_grad=False): it is saved, and not trained"
SCHEDULES = "the schedules are nn.StepDecay, nn.Cosine, nn.OneCycle, nn.ReduceOnPlateau and more, all in nn"
DATA = "write nn.Loader(x, y, batch_size), of arrays"

LOSSES = {
    "BCELoss": "binary_cross_entropy",
    "BCEWithLogitsLoss": "binary_cross_entropy_with_logits",
    "CosineEmbeddingLoss": "cosine_embedding",
    "CrossEntropyLoss": "cross_entropy",
    "HuberLoss": "huber",
    "KLDivLoss": "kl_divergence",
    "L1Loss": "mae",
    "MSELoss": "mse",
    "MultiMarginLoss": "multiclass_hinge",
    "NLLLoss": "nll",
    "PoissonNLLLoss": "poisson_nll",
    "SmoothL1Loss": "huber",
    "TripletMarginLoss": "triplet",
    "l1_loss": "mae",
    "mse_loss": "mse",
    "nll_loss": "nll",
}
RENAMED = {
    "Conv2D": "Conv2d",
    "CosineAnnealingLR": "Cosine",
    "CosineAnnealingWarmRestarts": "CosineWarmRestarts",
    "Dense": "Linear",
    "ExponentialLR": "ExponentialDecay",
    "LRScheduler": "Schedule",
    "LinearLR": "LinearWarmup",
    "MultiheadAttention": "MultiHeadAttention",
    "MultiStepLR": "MultiStepDecay",
    "OneCycleLR": "OneCycle",
    "PolynomialLR": "PolynomialDecay",
    "ReduceLROnPlateau": "ReduceOnPlateau",
    "SimpleRNN": "RNN",
    "StepLR": "StepDecay",
    "TransformerEncoderLayer": "TransformerBlock",
    "clip_grad_norm_": "clip_grad_norm",
    "clip_grad_value_": "clip_grad_value",
    "manual_seed": "seed",
}

PACKAGE = {
    **{name: f"write nn.{ours}(prediction, target), a function" for name, ours in LOSSES.items()},
    **{name: f"write nn.{ours}" for name, ours in RENAMED.items()},
    **dict.fromkeys(("ModuleList", "ModuleDict", "ParameterList", "ParameterDict"), LIST),
    **dict.fromkeys(("Parameter", "Tensor"), TENSOR),
    "Buffer": BUFFER,
    **dict.fromkeys(("DataLoader", "Dataset", "TensorDataset"), DATA),
    "data_parallel": CPU,
    "functional": "losses are functions of nn (nn.cross_entropy), activations of autograd (autograd.relu)",
    "lr_scheduler": SCHEDULES,
    "no_grad": "write autograd.no_grad()",
    "utils": "write nn.clip_grad_norm, nn.clip_grad_value",
}

OPTIM = {
    "lr_scheduler": SCHEDULES,
    **{name: PACKAGE[name] for name in RENAMED if "LR" in name or "Cosine" in name},
}

INIT = {
    f"{name}_": f"write tensor.data[...] = nn.init.{name}(tensor.shape, ...), which gives the numbers"
    for name in (
        "kaiming_normal", "kaiming_uniform", "normal", "orthogonal", "uniform", "xavier_normal",
        "xavier_uniform",
    )
}  # fmt: skip

_SAME = {
    ("cpu", "cuda", "mps", "ipu", "xpu", "to_empty", "share_memory"): CPU,
    ("bfloat16", "double", "float", "half", "type"): DTYPE,
    ("add_module", "register_module"): "set an attribute, as in self.name = module",
    ("append", "extend", "insert"): "build another: nn.Sequential(*model, nn.ReLU())",
    ("buffers", "named_buffers"): "all numbers are in .state_dict(), those that are not trained too",
    ("children", "named_children"): "write .named_modules() for all parts and theirs, or .members()",
    ("compile", "evaluate", "fit", "predict"): "write nn.training.fit, evaluate or predict (model, ...)",
    ("in_channels", "in_features", "input_size"): "write .nin",
    ("out_channels", "out_features", "units"): "write .nout",
    (
        "register_backward_hook", "register_forward_hook", "register_forward_pre_hook",
        "register_full_backward_hook",
    ): "there are no hooks: look in your own __call__, or at autograd.backward_steps(loss)",
}  # fmt: skip
MODULE = {
    **{name: advice for group, advice in _SAME.items() for name in group},
    "apply": "write a loop: for module in model.modules(): ...",
    "forward": "call the module itself: module(x)",
    "embed_dim": "write .channels",
    "embedding_dim": "write .size",
    "get_parameter": "write dict(model.named_parameters())[name]",
    "get_submodule": "write dict(model.named_modules())[name]",
    "hidden_size": "write .hidden",
    "kernel_size": "write .kernel",
    "normalized_shape": "write .shape",
    "num_embeddings": "write .count",
    "num_features": "write .features",
    "num_heads": "write .heads",
    "register_buffer": BUFFER,
    "register_parameter": "write self.name = autograd.Tensor(array)",
    "requires_grad_": "write parameter.requires_grad = False for each of model.parameters()",
    "summary": "write print(model)",
    "to": f"{CPU}; and {DTYPE}",
}

OPTIMIZER = {
    "add_param_group": "build it with all groups: [{'params': weights, 'lr': 0.1}, {'params': biases}]",
    "defaults": "write .groups: the settings of each group",
    "param_groups": "write .groups, or .lr for the rate of all",
    "state": "write .state_dict()",
}

LOADER = {
    "dataset": "write .x and .y",
    "num_workers": "leave it out: batches are taken from arrays in memory",
    "sampler": "write shuffle= and rng= where the loader is built",
}
