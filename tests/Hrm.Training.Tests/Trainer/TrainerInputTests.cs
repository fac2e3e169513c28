using Hrm.Core;
using TorchSharp;
using static TorchSharp.torch;

namespace Hrm.Training.Tests;

/// <summary>A bad batch is refused by a typed exception and leaves no trace: the training goes on as if it had not come.</summary>
public sealed class TrainerInputTests
{
    private const int Length = 6;

    [Theory]
    [InlineData("no labels", typeof(ShapeMismatchException), "incoming: expected labels, got none.")]
    [InlineData("too narrow", typeof(ShapeMismatchException), "incoming: expected [B, 6], got [4, 5].")]
    [InlineData("token", typeof(TokenOutOfRangeException), "inputs: expected values in 0 … 4, got 5.")]
    [InlineData("label", typeof(TokenOutOfRangeException), "labels: expected values in 0 … 4, got 5.")]
    [InlineData("puzzle id", typeof(TokenOutOfRangeException), "puzzleIds: expected values in 0 … 6, got 7.")]
    public void A_bad_first_batch_leaves_the_trainer_as_it_was(string what, Type exception, string message)
        => Train(badBefore: 0, what, exception, message).Should().Equal(Train(badBefore: -1, what, exception, message));

    [Theory]
    [InlineData("no labels", typeof(ShapeMismatchException), "incoming: expected labels, got none.")]
    [InlineData("too narrow", typeof(ShapeMismatchException), "incoming: expected [4, 6], got [4, 5].")]
    [InlineData("too few rows", typeof(ShapeMismatchException), "incoming: expected [4, 6], got [3, 6].")]
    [InlineData("token", typeof(TokenOutOfRangeException), "inputs: expected values in 0 … 4, got 5.")]
    [InlineData("label", typeof(TokenOutOfRangeException), "labels: expected values in 0 … 4, got 5.")]
    [InlineData("puzzle id", typeof(TokenOutOfRangeException), "puzzleIds: expected values in 0 … 6, got 7.")]
    public void A_bad_later_batch_leaves_the_trainer_as_it_was(string what, Type exception, string message)
        => Train(badBefore: 2, what, exception, message).Should().Equal(Train(badBefore: -1, what, exception, message));

    [Fact]
    public void Constructor_without_model_options_or_generator_is_refused()
    {
        using var model = TinyModels.Create();
        using var generator = new Generator(1);
        FluentActions.Invoking(() => new BpttTrainer(null!, new TrainerOptions(), generator)).Should().Throw<ArgumentNullException>();
        FluentActions.Invoking(() => new BpttTrainer(model, null!, generator)).Should().Throw<ArgumentNullException>();
        FluentActions.Invoking(() => new BpttTrainer(model, new TrainerOptions(), null!)).Should().Throw<ArgumentNullException>();
    }

    private static float[] Train(int badBefore, string what, Type exception, string message)
    {
        using var scope = NewDisposeScope();
        using var model = TinyModels.Create();
        using var generator = new Generator(1);
        var options = new TrainerOptions { GlobalBatchSize = TinyModels.Rows, WarmupSteps = 0, LearningRate = 1e-2 };
        using var trainer = new OneStepGradTrainer(model, options, generator);
        for (var step = 0; step < 4; step++)
        {
            if (step == badBefore)
            {
                using var bad = Bad(what);
                var thrown = Record.Exception(() => trainer.Step(bad));
                thrown.Should().BeOfType(exception).And.BeAssignableTo<HrmException>();
                thrown!.Message.Should().Be(message);
                trainer.StepCount.Should().Be(step);
            }

            using var batch = TinyModels.Batch(step);
            trainer.Step(batch).Dispose();
        }

        return TinyModels.Weights(model);
    }

    private static PuzzleBatch Bad(string what)
    {
        var rows = what == "too few rows" ? 3 : TinyModels.Rows;
        var length = what == "too narrow" ? 5 : Length;
        var (inputs, labels, ids) = (new int[rows * length], new int[rows * length], new int[rows]);
        inputs[^1] = what == "token" ? 5 : 0;
        labels[^1] = what == "label" ? 5 : 0;
        ids[^1] = what == "puzzle id" ? 7 : 0;
        return PuzzleBatch.Create(inputs, what == "no labels" ? [] : labels, ids, length);
    }
}
