"""scikit-learn estimators of funclab models: searches, pipelines and joblib work on them.

`Classifier` and `Regressor` take settings as arguments of their own, which a search can change; the
others have the names and the arguments that Keras 3 gives them.
"""

from funclab.errors import MissingPackageError

try:
    import sklearn  # noqa: F401
except ImportError as error:
    raise MissingPackageError(
        "funclab.wrappers needs scikit-learn, which is not installed here.",
        why="what it holds are estimators of scikit-learn.",
        fix="install it with `pip install scikit-learn`.",
    ) from error

from funclab.wrappers.keras import SKLearnClassifier, SKLearnRegressor, SKLearnTransformer
from funclab.wrappers.settings import Classifier, Regressor, dense_classifier, dense_regressor

__all__ = [
    "Classifier", "Regressor", "SKLearnClassifier", "SKLearnRegressor", "SKLearnTransformer",
    "dense_classifier", "dense_regressor",
]  # fmt: skip
