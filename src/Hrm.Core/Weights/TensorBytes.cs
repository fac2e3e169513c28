using TorchSharp;
using static TorchSharp.torch;

namespace Hrm.Core;

/// <summary>Gives access to the memory of a tensor in pieces, since a span has at most 2 GB.</summary>
internal static class TensorBytes
{
    private const int MaxPieceBytes = 1 << 30;

    /// <summary>Receives a piece of the memory that begins at byte <paramref name="start"/> of the tensor.</summary>
    public delegate void Visitor(long start, Span<byte> bytes);

    /// <summary>Visits the memory of a contiguous tensor on the CPU, in order.</summary>
    public static void Visit(Tensor tensor, Visitor visit, int maxPieceBytes = MaxPieceBytes)
    {
        var elementSize = tensor.ElementSize;
        var elements = tensor.NumberOfElements;
        if (elements == 0)
        {
            return;
        }
        using var scope = NewDisposeScope();
        using var noGrad = no_grad();
        var flat = tensor.detach().view(-1);
        var pieceElements = maxPieceBytes / elementSize;
        for (long first = 0; first < elements; first += pieceElements)
        {
            using var piece = flat.narrow(0, first, Math.Min(pieceElements, elements - first));
            visit(first * elementSize, piece.bytes);
        }
    }
}
