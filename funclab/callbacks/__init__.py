"""Callbacks: objects that follow training, and may steer it."""

from funclab.callbacks.base import Callback, CallbackList, History
from funclab.callbacks.control import (
    EarlyStopping, LambdaCallback, LearningRateScheduler, ReduceLROnPlateau, TerminateOnNaN,
)  # fmt: skip
from funclab.callbacks.files import CSVLogger, ModelCheckpoint
from funclab.missing import guard

__all__ = [
    "CSVLogger", "Callback", "CallbackList", "EarlyStopping", "History", "LambdaCallback",
    "LearningRateScheduler", "ModelCheckpoint", "ReduceLROnPlateau", "TerminateOnNaN",
]  # fmt: skip

guard(__name__)
