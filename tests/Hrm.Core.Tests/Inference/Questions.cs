using static TorchSharp.torch;

namespace Hrm.Core.Tests;

/// <summary>Random puzzles for a small model, and the outputs of a plain loop of segments over them.</summary>
internal static class Questions
{
    /// <summary>
    /// As long and wide as the smallest real models. Smaller products (fewer than twelve rows, or sums of sixteen values) are computed in
    /// an order that depends on the number of rows, and the segments of an untrained model amplify the difference.
    /// </summary>
    public static HrmConfig Config { get; } = TinyModel.Config with { SequenceLength = 16, HiddenSize = 32, PuzzleEmbeddingWidth = 32, SwiGluInnerWidth = 48 };

    public static SolverQuestion[] Draw(int count, int seed)
    {
        var random = new Random(seed);
        return [.. Enumerable.Range(0, count).Select(_ => new SolverQuestion(
            Enumerable.Range(0, Config.SequenceLength).Select(_ => random.Next(Config.VocabularySize)).ToArray(),
            random.Next(Config.PuzzleIdCount)))];
    }

    /// <summary>The outputs of each segment of all puzzles in one batch, in the caller's dispose scope.</summary>
    public static HrmOutput[] RunTogether(HrmModel model, IReadOnlyList<SolverQuestion> questions, int segments)
    {
        using var noGradient = no_grad();
        model.eval();
        var batch = PuzzleBatch.Create(
            [.. questions.SelectMany(question => question.Tokens.ToArray())],
            [],
            [.. questions.Select(question => question.PuzzleId)],
            Config.SequenceLength);
        var outputs = new HrmOutput[segments];
        for (var segment = 0; segment < segments; segment++)
        {
            outputs[segment] = model.call(segment == 0 ? model.InitialCarry(questions.Count) : outputs[segment - 1].Carry, batch);
        }

        batch.Dispose();
        return outputs;
    }
}
