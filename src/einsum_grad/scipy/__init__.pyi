from einsum_grad.scipy import integrate as integrate
from einsum_grad.scipy import linalg as linalg
from einsum_grad.scipy import signal as signal
from einsum_grad.scipy import special as special
from einsum_grad.scipy import stats as stats
