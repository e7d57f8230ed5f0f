"""Names of arrays in annotations."""

from typing import Any

import numpy as np
from numpy.typing import NDArray

__all__ = ["Array", "Float", "Index", "Pixels", "UInt64"]

Array = NDArray[Any]
Float = NDArray[np.float32]
Index = NDArray[np.intp]
Pixels = NDArray[np.uint8]
UInt64 = NDArray[np.uint64]
