"""The table of the gallery: patterns that people look up."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field


@dataclass(frozen=True, slots=True)
class Entry:
    """A pattern with what it is called, and a sentence on what it is for."""

    title: str
    pattern: str
    text: str
    names: str | None = None
    sizes: Mapping[str, int] = field(default_factory=dict)

    @property
    def file(self) -> str:
        """The name of its page, without the ending."""
        return "-".join(self.title.lower().split())


GALLERY: Mapping[str, tuple[Entry, ...]] = {
    "Vectors and matrices": (
        Entry("Dot product", "i,i->", "Each gradient is the other vector, times the cotangent."),
        Entry(
            "Outer product", "i,j->ij", "Every entry of one vector times every entry of the other."
        ),
        Entry(
            "Matrix times vector",
            "ij,j->i",
            "The gradient of the matrix is an outer product.",
            "A,x->y",
        ),
        Entry(
            "Matrix product",
            "ij,jk->ik",
            "The two rules that everybody learns: `dX = dZ Wᵀ` and `dW = Xᵀ dZ`.",
        ),
        Entry(
            "Batched matrix product",
            "bij,bjk->bik",
            "One product for each entry of a batch; `np.matmul` of stacks.",
        ),
        Entry(
            "Elementwise product",
            "ij,ij->ij",
            "The Hadamard product: each gradient is the cotangent times the other array.",
        ),
        Entry(
            "Scaled rows",
            "ij,i->ij",
            "A diagonal matrix times a matrix, without the diagonal matrix.",
            "X,s->Z",
        ),
        Entry(
            "Gram matrix",
            "ni,nj->ij",
            "`XᵀX`, a covariance up to its scale; of an array twice, add both gradients.",
            "X,Y->G",
        ),
        Entry("Transposition", "ij->ji", "The gradient is transposed back.", "X->Y"),
        Entry(
            "Sum along an axis",
            "ij->i",
            "The gradient repeats the cotangent along the axis that was summed.",
            "X->y",
        ),
    ),
    "Traces, diagonals and quadratic forms": (
        Entry("Trace", "ii->", "The gradient is the identity, times a number.", "A->t"),
        Entry(
            "Diagonal",
            "ii->i",
            "The gradient is written to a diagonal, and is 0 elsewhere.",
            "A->v",
        ),
        Entry(
            "Diagonal matrix",
            "i->ii",
            "Beyond `np.einsum`: a label twice in the output writes a diagonal.",
            "v->D",
        ),
        Entry(
            "Trace of a product",
            "ij,ji->",
            "`tr(AB)` without the product; each gradient is a transpose.",
            "A,B->t",
        ),
        Entry(
            "Partial trace",
            "ajbj->ab",
            "A density matrix with one of two systems traced out.",
            "ρ->σ",
        ),
        Entry(
            "Bilinear form",
            "i,ij,j->",
            "`xᵀAy`; the gradient of the matrix is an outer product.",
            "x,A,y->s",
        ),
        Entry(
            "Quadratic forms of rows",
            "ni,ij,nj->n",
            "Squared Mahalanobis distances, when both outer operands are the same rows.",
            "X,A,Y->q",
        ),
    ),
    "Layers of networks": (
        Entry(
            "Linear layer",
            "bi,io->bo",
            "The weights have no batch label, so their gradient sums over the batch.",
            "X,W->Y",
        ),
        Entry(
            "Bilinear layer",
            "bi,ijo,bj->bo",
            "A weight for each pair of features, as in `torch.nn.Bilinear`.",
            "X,W,Y->Z",
        ),
        Entry(
            "Attention scores",
            "bhqd,bhkd->bhqk",
            "Each query times each key, for each head of each entry.",
            "Q,K->S",
        ),
        Entry(
            "Attention output",
            "bhqk,bhkd->bhqd",
            "The values, weighted; the weights are the softmax of the scores.",
            "P,V->O",
        ),
        Entry(
            "Multi-head projection",
            "bsm,mhd->bshd",
            "Tokens to queries, keys or values of every head.",
            "X,W->Q",
        ),
        Entry(
            "Normalisation",
            "bnd,bn,d->bnd",
            "After centring: times each token's inverse deviation, and each feature's gain.",
            "X,r,g->Y",
        ),
        Entry(
            "Convolution by windows",
            "bxkc,kco->bxo",
            "A convolution of a sequence; the windows `k` are a `sliding_window_view`.",
            "X,W->Y",
        ),
        Entry(
            "Depthwise convolution",
            "bxykmc,kmc->bxyc",
            "Windows `k m` of an image, each channel with a filter of its own.",
            "X,W->Y",
        ),
    ),
    "Tensors and networks": (
        Entry(
            "MTTKRP",
            "ijk,jr,kr->ir",
            "The matricised tensor times a Khatri–Rao product, the work of CP decomposition.",
            "T,B,C->M",
        ),
        Entry(
            "CP decomposition",
            "ir,jr,kr->ijk",
            "A sum of outer products; each gradient is an MTTKRP.",
            "A,B,C->T",
        ),
        Entry(
            "Tucker decomposition",
            "abc,ia,jb,kc->ijk",
            "A small core, and a matrix for each axis.",
            "G,A,B,C->T",
        ),
        Entry(
            "Tensor ring",
            "aib,bjc,cka->ijk",
            "Cores in a circle; cut it open and it is a tensor train.",
            "A,B,C->T",
        ),
        Entry(
            "Coupled cluster",
            "klcd,ikac,ljdb->ijab",
            "A quadratic term of the doubles equations (CCD), with integrals V and amplitudes T.",
            "V,T,U->R",
        ),
    ),
}
"""Chapters of entries."""


def entries() -> Iterator[Entry]:
    """All entries, in order."""
    for chapter in GALLERY.values():
        yield from chapter
