namespace Hrm.Training.Tests;

public sealed class TrainerPresetsTests
{
    private static readonly Func<TrainerOptions>[] Presets =
    [
        TrainerPresets.SudokuExtreme, TrainerPresets.SudokuExtremeFull, TrainerPresets.MazeHard, TrainerPresets.Arc, TrainerPresets.Small, TrainerPresets.Tiny,
    ];

    [Fact]
    public void Presets_are_valid_and_new_at_each_call() => Presets.Should().AllSatisfy(preset =>
    {
        preset().FindErrors().Should().BeEmpty();
        preset().Should().NotBeSameAs(preset());
        preset().Halting.Should().NotBeSameAs(preset().Halting);
    });

    [Fact]
    public void The_authors_numbers_are_pinned()
    {
        Numbers(TrainerPresets.SudokuExtreme()).Should().Be((768, 2000L, 1e-4, 1.0, 1.0, 1e-4, 1.0, TokenLossKind.Stablemax, 16));
        Numbers(TrainerPresets.MazeHard()).Should().Be(Numbers(TrainerPresets.SudokuExtreme()));
        Numbers(TrainerPresets.SudokuExtremeFull()).Should().Be((2304, 2000L, 3e-4, 0.1, 0.1, 3e-4, 0.1, TokenLossKind.Softmax, 8));
        Numbers(TrainerPresets.Arc()).Should().Be((768, 2000L, 1e-4, 1.0, 0.1, 1e-2, 0.1, TokenLossKind.Stablemax, 16));
    }

    [Fact]
    public void Only_the_small_preset_uses_another_gradient_mode()
        => Presets.Where(preset => preset().GradientMode is not null).Should().ContainSingle()
            .Which().GradientMode.Should().Be(Core.GradientMode.LastCycle);

    /// <summary>⌊epochs · groups · mean examples per puzzle / batch⌋.</summary>
    [Theory]
    [InlineData(100, 4, 87)] // 100 · 2 groups · (7 examples / 4 puzzles) / 4 = 87.5
    [InlineData(1, 4, 1)]
    [InlineData(4_000_000_000, 1, 14_000_000_000)]
    public void StepsOf_follows_the_authors_formula(long epochs, int batchSize, long expected)
        => TrainerPresets.StepsOf(MadeUpDatasets.Of([1, 2, 3], [1]), epochs, batchSize).Should().Be(expected);

    private static (int BatchSize, long Warmup, double Rate, double MinRatio, double Decay, double PuzzleRate, double PuzzleDecay, TokenLossKind Loss, int MaxSegments) Numbers(
        TrainerOptions options) => (
        options.GlobalBatchSize,
        options.WarmupSteps,
        options.LearningRate,
        options.MinLearningRateRatio,
        options.Optimizer.WeightDecay,
        options.PuzzleLearningRate,
        options.PuzzleWeightDecay,
        options.TokenLoss,
        options.Halting.MaxSegments);
}
