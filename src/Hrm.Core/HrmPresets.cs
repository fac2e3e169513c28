namespace Hrm.Core;

/// <summary>The architectures of the paper's tasks, and a small one for CPUs.</summary>
public static class HrmPresets
{
    /// <summary>Sudoku-Extreme with 1,000 examples: 27,275,266 parameters (D 512, 4 + 4 blocks, N = T = 2).</summary>
    public static HrmConfig SudokuExtreme { get; } = new()
    {
        SequenceLength = 81,
        VocabularySize = 11,
        PuzzleEmbeddingWidth = 512,
    };

    /// <summary>Sudoku-Extreme-Full: as <see cref="SudokuExtreme"/>, with T = 8 and learned positions.</summary>
    public static HrmConfig SudokuExtremeFull { get; } = SudokuExtreme with
    {
        LowCycles = 8,
        PositionEncoding = PositionEncoding.Learned,
    };

    /// <summary>Maze-Hard, 30×30.</summary>
    public static HrmConfig MazeHard { get; } = SudokuExtreme with { SequenceLength = 900, VocabularySize = 6 };

    /// <summary>ARC on a 30×30 canvas.</summary>
    /// <param name="puzzleIdCount">The number of puzzle ids: one per augmented task, and one for puzzles without a task.</param>
    public static HrmConfig Arc(int puzzleIdCount) => SudokuExtreme with
    {
        SequenceLength = 900,
        VocabularySize = 12,
        PuzzleIdCount = puzzleIdCount,
    };

    /// <summary>A small model for CPUs: 422,402 parameters for a 9×9 Sudoku (D 128, 1 + 1 blocks with token mixers, no puzzle embedding).</summary>
    /// <param name="sequenceLength">The number of tokens of a puzzle.</param>
    /// <param name="vocabularySize">V, the number of token values.</param>
    public static HrmConfig Small(int sequenceLength, int vocabularySize) => new()
    {
        SequenceLength = sequenceLength,
        VocabularySize = vocabularySize,
        HighLayers = 1,
        LowLayers = 1,
        HiddenSize = 128,
        Heads = 4,
        SwiGluInnerWidth = 384,
        Mixing = TokenMixing.TokenMixer,
        TokenMixerInnerWidth = 256,
        PositionEncoding = PositionEncoding.None,
    };

    /// <summary>A tiny model that learns 4×4 Sudoku on any CPU in under a minute: as <see cref="Small"/>, with D 64 in float32, 56,194 parameters.</summary>
    /// <remarks>
    /// With attention and learned positions instead of the mixer (132,994 parameters) the same training needed three times the steps.
    /// Float32, because processors without bfloat16 instructions are slow in bfloat16: 320 ms per step instead of 30 with AVX2 only.
    /// </remarks>
    /// <inheritdoc cref="Small" path="/param"/>
    public static HrmConfig Tiny(int sequenceLength, int vocabularySize) => Small(sequenceLength, vocabularySize) with
    {
        HiddenSize = 64,
        Heads = 2,
        SwiGluInnerWidth = 128,
        TokenMixerInnerWidth = 64,
        ForwardDtype = ScalarType.Float32,
    };
}
