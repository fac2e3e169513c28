using Hrm.Core;

namespace Hrm.Training.Tests;

/// <summary>Models with each option of the architecture train.</summary>
public sealed class ArchitectureTests
{
    private static readonly Dictionary<string, HrmConfig> Options = new()
    {
        ["convolution"] = TinyModels.Config with { Mixing = TokenMixing.Convolution, GridColumns = 3, PositionEncoding = PositionEncoding.None },
        ["groups"] = TinyModels.Config with { Mixing = TokenMixing.Groups, GridColumns = 3, PositionEncoding = PositionEncoding.Learned, PuzzleEmbeddingWidth = 0 },
        ["rope2d"] = TinyModels.Config with { PositionEncoding = PositionEncoding.Rope2d, GridColumns = 3 },
        ["feedback"] = TinyModels.Config with { PredictionFeedback = true },
    };

    public static TheoryData<string> Names => [.. Options.Keys];

    [Theory]
    [MemberData(nameof(Names))]
    public void Training_learns_four_puzzles(string option)
    {
        using var training = new TinyTraining(TinyTraining.Options(), Options[option]);
        var start = Train(10);
        Train(80);
        Train(10).Should().BeLessThan(0.5 * start);

        double Train(int steps)
        {
            for (var step = 0; step < steps; step++)
            {
                training.Trainer.Step(training.Batch);
            }

            return training.Trainer.TakeMetrics().TokenLoss;
        }
    }
}
