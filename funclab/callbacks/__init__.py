"""Callbacks: objects that follow training and can control it."""

from funclab.callbacks.base import Callback, History
from funclab.callbacks.control import (
    EarlyStopping, LambdaCallback, LearningRateScheduler, ReduceLROnPlateau, TerminateOnNaN,
)  # fmt: skip
from funclab.callbacks.backup import BackupAndRestore
from funclab.callbacks.bar import ProgbarLogger
from funclab.callbacks.ema import SwapEMAWeights
from funclab.callbacks.files import CSVLogger, ModelCheckpoint
from funclab.callbacks.path import WeightPath
from funclab.callbacks.remote import RemoteMonitor
from funclab.callbacks.several import CallbackList
from funclab.callbacks.tensorboard import TensorBoard
from funclab.errors.missing_names import guard

__all__ = [
    "BackupAndRestore", "CSVLogger", "Callback", "CallbackList", "EarlyStopping", "History",
    "LambdaCallback", "LearningRateScheduler", "ModelCheckpoint", "ProgbarLogger",
    "ReduceLROnPlateau", "RemoteMonitor", "SwapEMAWeights", "TensorBoard", "TerminateOnNaN",
    "WeightPath",
]  # fmt: skip

guard(__name__)
