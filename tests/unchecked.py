"""Tests of test_wrong_arguments.py that are not passed yet: to be emptied, and never added to."""

UNCHECKED = {
    "test_a_good_call_is_taken": """
        autograd.ArrayOp autograd.NaryOp autograd.Op autograd.Tensor.argmax autograd.Tensor.clip
        autograd.Tensor.reshape autograd.Tensor.round autograd.Tensor.transpose autograd.Value.round
        autograd.Value autograd.clip
    """.split(),
    "test_a_wrong_argument_is_an_error_that_names_it": """
        autograd.Batched.__call__ autograd.Batched.step autograd.Batched.value_and_grad
        autograd.Drawing.save autograd.Film.save autograd.Stepper.save autograd.Tensor.arctan2
        autograd.Tensor.argmax autograd.Tensor.clip autograd.Tensor.hypot autograd.Tensor.log_softmax
        autograd.Tensor.logsumexp autograd.Tensor.max autograd.Tensor.mean autograd.Tensor.min
        autograd.Tensor.softmax autograd.Tensor.sum autograd.Tensor.transpose autograd.Tensor.var
        autograd.Value.arctan2 autograd.Value.clip autograd.Value.hypot autograd.arccos autograd.arcsin
        autograd.arctan2 autograd.arctan autograd.ceil autograd.cosh autograd.detect_anomaly.__call__
        autograd.exp2 autograd.floor autograd.gradients autograd.hypot autograd.log10 autograd.log2
        autograd.log_softmax autograd.logsumexp autograd.no_grad.__call__ autograd.sinh autograd.softmax
        autograd.square autograd.sum autograd.where nn.Activation.__call__ nn.training.CSVLog
        nn.training.Checkpoint nn.training.JSONLinesLog
    """.split(),
    "test_everything_public_has_an_entry": """
        autograd.Tensor.all autograd.Tensor.any autograd.Tensor.argmin autograd.Tensor.argsort
        autograd.Tensor.broadcast_to autograd.Tensor.copy autograd.Tensor.cumsum autograd.Tensor.data
        autograd.Tensor.expand_dims autograd.Tensor.flip autograd.Tensor.isnan autograd.Tensor.moveaxis
        autograd.Tensor.norm autograd.Tensor.outer autograd.Tensor.pad autograd.Tensor.prod
        autograd.Tensor.put autograd.Tensor.repeat autograd.Tensor.roll autograd.Tensor.sort
        autograd.Tensor.split autograd.Tensor.squeeze autograd.Tensor.std autograd.Tensor.swapaxes
        autograd.Tensor.take_along_axis autograd.Tensor.tile autograd.Tensor.tolist autograd.Tensor.tril
        autograd.Tensor.triu autograd.Value.data autograd.ValueArray.all autograd.ValueArray.any
        autograd.ValueArray.argmax autograd.ValueArray.argmin autograd.ValueArray.argsort
        autograd.ValueArray.broadcast_to autograd.ValueArray.data autograd.ValueArray.expand_dims
        autograd.ValueArray.flip autograd.ValueArray.isnan autograd.ValueArray.largest
        autograd.ValueArray.log_softmax autograd.ValueArray.logsumexp autograd.ValueArray.max
        autograd.ValueArray.mean autograd.ValueArray.min autograd.ValueArray.moveaxis
        autograd.ValueArray.nonzero autograd.ValueArray.norm autograd.ValueArray.outer
        autograd.ValueArray.pad autograd.ValueArray.reduced autograd.ValueArray.roll
        autograd.ValueArray.round autograd.ValueArray.softmax autograd.ValueArray.split
        autograd.ValueArray.std autograd.ValueArray.sum autograd.ValueArray.take_along_axis
        autograd.ValueArray.tile autograd.ValueArray.tril autograd.ValueArray.triu
        autograd.ValueArray.var autograd.ValueArray.zero_grad autograd.ValueArray autograd.argmax
        autograd.argmin autograd.argsort autograd.astype autograd.broadcast_to autograd.cumsum
        autograd.einsum autograd.equal autograd.expand_dims autograd.flip autograd.isnan autograd.matmul
        autograd.mean autograd.moveaxis autograd.norm autograd.outer autograd.pad autograd.prod
        autograd.put autograd.repeat autograd.reshape autograd.roll autograd.sort autograd.split
        autograd.squeeze autograd.std autograd.swapaxes autograd.take_along_axis autograd.tile
        autograd.transpose autograd.tril autograd.triu autograd.values autograd.var
    """.split(),
}
