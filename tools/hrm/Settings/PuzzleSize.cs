using Hrm.Core;
using Hrm.Training;

namespace Hrm.Tool;

/// <summary>What a model has to fit.</summary>
/// <param name="SequenceLength">The number of tokens of a puzzle.</param>
/// <param name="VocabularySize">V, the number of token values.</param>
/// <param name="PuzzleIdCount">The number of puzzle ids.</param>
internal sealed record PuzzleSize(int SequenceLength, int VocabularySize, int PuzzleIdCount)
{
    public static PuzzleSize Of(IPuzzleDataset dataset) => new(dataset.SequenceLength, dataset.VocabularySize, dataset.PuzzleIdCount);

    /// <summary>A config of the same architecture for puzzles of this size.</summary>
    public HrmConfig Fit(HrmConfig config) => config with
    {
        SequenceLength = SequenceLength,
        VocabularySize = VocabularySize,
        PuzzleIdCount = PuzzleIdCount,
    };
}
