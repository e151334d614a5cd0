"""Examples of the ops that work element by element."""

import numpy as np

from tests.ops.examples import (
    apart,
    chances,
    example,
    named,
    normal,
    positive,
    truth,
    weight,
    whole,
)

for name in ("Add", "Subtract", "Multiply", "Divide", "Maximum", "Minimum"):
    example(named(name), apart(3), apart(3))
    example(named(name), apart(1, 3), apart(4, 1))
    example(named(name), apart(3), 0.7)
    example(named(name), 0.7, apart(3))

example(named("Power"), positive(3), normal(3))
example(named("Power"), positive(2, 3), weight(3))
example(named("Power"), positive(3), 2.0)
example(named("Mod"), apart(3), positive(3))
example(named("Mod"), apart(4, 3), weight(3))
example(named("FloorDivide"), apart(3), positive(3))

SIMPLE = """
Negative Absolute Square Reciprocal Expm1 Sin Cos Tanh Sigmoid Selu Silu Softplus Softsign
HardSigmoid Sign Floor Ceil IsNan IsFinite LogicalNot Identity StopGradient
"""
for name in SIMPLE.split():
    example(named(name), apart(3))

for name in ("Sqrt", "Rsqrt", "Log", "Log1p"):
    example(named(name), positive(3, 2))

example(named("Exp"), normal(3))
example(named("Relu"), apart(4))
example(named("Relu", 0.2), apart(4))
example(named("Relu", 0.1, 1.5, 0.5), apart(4))
example(named("Elu", 0.7), apart(4))
example(named("Gelu", False), normal(4))
example(named("Gelu", True), normal(4))
example(named("Round"), apart(3))
example(named("Round", 1), apart(3))
example(named("Clip", -1.0, 1.5), apart(3))
example(named("Cast", "int32"), apart(3))
example(named("Cast", "float32"), whole(9, 3))
example(named("FullLike", 2.5), apart(3))
example(named("FullLike", 1, "int32"), apart(3))

for name in ("Equal", "NotEqual", "Less", "LessEqual", "Greater", "GreaterEqual"):
    example(named(name), whole(3, 2), whole(3, 2))
    example(named(name), apart(1, 3), 0.0)

for name in ("LogicalAnd", "LogicalOr"):
    example(named(name), truth(3), truth(3))

example(named("Where"), truth(3), apart(3), normal(3))
example(named("Where"), truth(1), apart(3), 0.5)

SMOOTH = "Tan Sinc Sinh Cosh Arcsinh Arctan Exp2 Erf Erfc I0"
for name in (*SMOOTH.split(), "Trunc", "Isinf", "Signbit"):
    example(named(name), normal(3))
for name in ("Arcsin", "Arccos", "Arctanh", "Erfinv"):
    example(named(name), chances(3))
for name in ("Log2", "Log10", "Cbrt"):
    example(named(name), positive(3))
example(named("Arccosh"), lambda batch, rng: rng.uniform(1.1, 3, (batch, 3)))
example(named("NanToNum"), apart(3))
example(named("NanToNum", 1.0, 2.0, 3.0), [[np.nan, np.inf, 0.5], [-np.inf, 1.5, -2.5]])

PAIRS = "Arctan2 Hypot Logaddexp Logaddexp2 Fmax Fmin Fmod Heaviside"
for name in (*PAIRS.split(), "Nextafter"):
    example(named(name), apart(3), positive(3))
    example(named(name), apart(1, 3), positive(4, 1))
for name in ["Gcd", "Lcm", "BitwiseAnd", "BitwiseOr", "BitwiseXor", "LeftShift", "RightShift"]:
    example(named(name), whole(9, 3), whole(9, 3))
example(named("BitwiseInvert"), whole(9, 3))
example(named("LogicalXor"), truth(3), truth(3))
example(named("Isclose", 0.1, 1.0), apart(3), normal(3))
