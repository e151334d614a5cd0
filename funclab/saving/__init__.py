"""Models as plain data and as files."""

from funclab.registry.user_classes import (
    CustomObjectScope, custom_object_scope, get_custom_objects, get_registered_name,
    get_registered_object, register_keras_serializable,
)  # fmt: skip
from funclab.errors.missing_names import guard
from funclab.models.cloning import clone_model
from funclab.saving.compiling import compile_from_config, get_compile_config
from funclab.models.config import (
    from_config, graph_from_config, graph_to_config, model_from_json, operation_to_config, to_json,
)  # fmt: skip
from funclab.saving.exchange import check_portable, computing, from_keras, shown, to_keras
from funclab.saving.files import (
    load_model, load_training, load_weights, save_model, save_training, save_weights,
)  # fmt: skip
from funclab.saving.objects import deserialize_keras_object, serialize_keras_object
from funclab.saving.onnx_file import export

__all__ = [
    "CustomObjectScope", "check_portable", "clone_model",
    "compile_from_config", "computing", "custom_object_scope", "deserialize_keras_object", "export",
    "from_config", "from_keras", "get_compile_config", "get_custom_objects",
    "get_registered_name", "get_registered_object", "graph_from_config", "graph_to_config",
    "load_model", "load_training", "load_weights", "model_from_json",
    "operation_to_config", "register_keras_serializable", "save_model", "save_training",
    "save_weights", "serialize_keras_object", "shown", "to_json", "to_keras",
]  # fmt: skip

guard(__name__)
