"""More than one process or machine: sweeps over models. dask and joblib load when first needed."""

from __future__ import annotations

from funclab.distribute.space import Between
from funclab.distribute.sweeping import Sweep, sweep
from funclab.distribute.trials import Trial

__all__ = ["Between", "Sweep", "Trial", "sweep"]
