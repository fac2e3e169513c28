using Hrm.Core;
using Hrm.TestKit;
using static TorchSharp.torch;

namespace Hrm.Training.Tests;

/// <summary>An invalid batch is refused with a typed exception and does not change the training.</summary>
public sealed class TrainerInputTests
{
    private const int Length = 6;

    [Theory]
    [InlineData("no labels", "incoming: expected labels, got none.")]
    [InlineData("too narrow", "incoming: expected [4, 6], got [4, 5].")]
    [InlineData("too few rows", "incoming: expected the 4 rows of TrainerOptions.GlobalBatchSize, got 3.")]
    [InlineData("too many rows", "incoming: expected the 4 rows of TrainerOptions.GlobalBatchSize, got 8.")]
    [InlineData("token", "inputs: expected values in 0 … 4, got 5.")]
    [InlineData("label", "labels: expected values in 0 … 4, got 5.")]
    [InlineData("puzzle id", "puzzleIds: expected values in 0 … 6, got 7.")]
    public void An_invalid_batch_leaves_the_trainer_unchanged(string what, string message)
    {
        var expected = Train(badBefore: -1, what, message);
        Train(badBefore: 0, what, message).Should().Equal(expected);
        Train(badBefore: 2, what, message).Should().Equal(expected);
    }

    [Fact]
    public void A_step_without_gradients_is_refused_and_changes_nothing()
    {
        using var training = new TinyTraining(TinyTraining.Options(maxSegments: 16));
        var (model, trainer, batch) = training;
        var before = TinyModels.Weights(model);
        using (no_grad())
        {
            trainer.Invoking(it => it.Step(batch)).Should().Throw<InvalidConfigException>()
                .WithMessage("trainer: gradients: expected them to be recorded, got a step within torch.no_grad().");
        }

        TinyModels.Weights(model).Should().Equal(before);
        trainer.StepCount.Should().Be(0);
        trainer.Step(batch);
        TinyModels.Weights(model).Should().NotEqual(before);
    }

    [Fact]
    public void A_model_whose_parameters_are_all_frozen_is_refused()
    {
        using var scope = NewDisposeScope();
        using var model = TinyModels.Create(TinyModels.TokenMixer);
        using var generator = new Generator(1);
        foreach (var parameter in model.parameters())
        {
            parameter.requires_grad = false;
        }

        using var trainer = new OneStepGradTrainer(model, TinyTraining.Options(maxSegments: 16), generator);
        using var batch = TinyModels.Batch(1);
        trainer.Invoking(it => it.Step(batch)).Should().Throw<InvalidConfigException>()
            .WithMessage("trainer: parameters: expected at least one that requires a gradient and that the loss depends on, got none.");
        trainer.StepCount.Should().Be(0);
    }

    [Fact]
    public void A_disposed_trainer_is_refused()
    {
        using var training = new SmallTraining();
        using var batch = TinyModels.Batch(1);
        using var folder = new TemporaryFolder();
        using var checkpoints = CheckpointStore.Open(folder.Path);
        var run = new TrainingRun(training.Trainer, training.Stream, new TrainingRunOptions());
        training.Trainer.Dispose();
        training.Trainer.Dispose();
        Action[] uses =
        [
            () => training.Trainer.Step(batch),
            () => training.Trainer.ComputeGradients(batch),
            training.Trainer.ApplyGradients,
            () => training.Trainer.TakeMetrics(),
            () => checkpoints.Save(training.Trainer, new TrainingRunState()),
            () => checkpoints.Restore(training.Trainer),
            () => run.Run(),
        ];
        uses.Should().AllSatisfy(use => use.Should().Throw<ObjectDisposedException>().Which.ObjectName.Should().Contain(nameof(HrmTrainer)));
    }

    [Fact]
    public void A_step_with_a_disposed_model_is_refused()
    {
        using var training = new TinyTraining(TinyTraining.Options(maxSegments: 16));
        var (model, trainer, batch) = training;
        trainer.ComputeGradients(batch);
        model.Dispose();
        trainer.Invoking(it => it.ApplyGradients()).Should().Throw<ObjectDisposedException>().Which.ObjectName.Should().Contain(nameof(HrmModel));
        trainer.Invoking(it => it.Step(batch)).Should().Throw<ObjectDisposedException>().Which.ObjectName.Should().Contain(nameof(HrmModel));
    }

    /// <summary>Otherwise kernels and optimizer would read freed memory.</summary>
    [Fact]
    public void Disposing_a_model_on_another_thread_waits_for_a_running_half_step()
    {
        for (var round = 0; round < 20; round++)
        {
            using var training = new TinyTraining(TinyTraining.Options(maxSegments: 16));
            var (model, trainer, batch) = training;
            using var started = new ManualResetEventSlim();
            var disposing = new Thread(() =>
            {
                started.Wait();
                Thread.SpinWait(round * 20_000);
                model.Dispose();
            });
            disposing.Start();
            var step = () =>
            {
                while (true)
                {
                    trainer.Step(batch);
                    started.Set();
                }
            };
            step.Should().Throw<ObjectDisposedException>().Which.ObjectName.Should().Contain(nameof(HrmModel));
            disposing.Join();
        }
    }

    private static float[] Train(int badBefore, string what, string message)
    {
        using var training = new TinyTraining(TinyTraining.Options(maxSegments: 16));
        var (model, trainer) = training;
        for (var step = 0; step < 4; step++)
        {
            if (step == badBefore)
            {
                using var bad = Bad(what);
                trainer.Invoking(it => it.Step(bad)).Should().Throw<ShapeMismatchException>().Which.Message.Should().Be(message);
                trainer.StepCount.Should().Be(step);
            }

            training.Step(step);
        }

        return TinyModels.Weights(model);
    }

    private static PuzzleBatch Bad(string what)
    {
        var rows = what == "too few rows" ? 3 : what == "too many rows" ? 8 : TinyModels.Rows;
        var length = what == "too narrow" ? 5 : Length;
        var (inputs, labels, ids) = (new int[rows * length], new int[rows * length], new int[rows]);
        inputs[^1] = what == "token" ? 5 : 0;
        labels[^1] = what == "label" ? 5 : 0;
        ids[^1] = what == "puzzle id" ? 7 : 0;
        return PuzzleBatch.Create(inputs, what == "no labels" ? [] : labels, ids, length);
    }
}
