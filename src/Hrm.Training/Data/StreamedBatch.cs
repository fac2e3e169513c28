using Hrm.Core;

namespace Hrm.Training;

/// <summary>A training batch with where it came from. Has one owner, who disposes it.</summary>
/// <param name="Batch">The tensors.</param>
/// <param name="Position">Its place in the stream.</param>
/// <param name="Examples">The examples that were drawn, in the order of the rows of <paramref name="Batch"/>.</param>
public sealed record StreamedBatch(PuzzleBatch Batch, SamplerPosition Position, IReadOnlyList<SampledExample> Examples) : IDisposable
{
    /// <summary>Frees the tensors.</summary>
    public void Dispose() => Batch.Dispose();
}
