namespace Hrm.Training.Tests;

/// <summary>The state kept between steps, compared with a replay of the rules row by row.</summary>
public sealed class DeepSupervisionTests
{
    private const int MaxSegments = 4;

    [Fact]
    public void Steps_follow_the_rules_of_replacing_counting_halting_and_targets()
    {
        using var training = new TinyTraining(Options(1e-4), modelSeed: 3);
        var (model, trainer) = training;
        using var replay = new Replay(model, MaxSegments);
        for (var step = 0; step < 25; step++)
        {
            using var batch = TinyModels.Batch(seed: step);
            replay.Start(batch);
            var segment = trainer.ComputeGradients(batch);
            replay.Check(trainer.Carry!, segment);
            trainer.ApplyGradients();
        }

        trainer.StepCount.Should().Be(25);
        replay.KeptRows.Should().BeGreaterThan(5);
        replay.EarlyHalts.Should().BeGreaterThan(5);
        replay.LateHalts.Should().BeGreaterThan(5);
    }

    [Fact]
    public void The_first_step_uses_the_whole_batch_and_the_caller_keeps_it()
    {
        using var training = new TinyTraining(Options());
        var trainer = training.Trainer;
        trainer.Carry.Should().BeNull();
        var batch = TinyModels.Batch(1);
        var inputs = batch.Inputs.data<int>().ToArray();
        trainer.Step(batch);
        batch.Inputs.zero_();
        batch.Dispose();
        trainer.Carry!.Data.Inputs.data<int>().ToArray().Should().Equal(inputs);
        trainer.Carry.Segments.data<int>().ToArray().Should().AllBeEquivalentTo(1);
    }

    [Theory]
    [InlineData(1, HaltingLossKind.HaltAndContinue)]
    [InlineData(MaxSegments, HaltingLossKind.HaltOnly)]
    public void One_segment_and_halt_only_have_no_continue_target(int maxSegments, HaltingLossKind loss)
    {
        var options = Options();
        (options.Halting.MaxSegments, options.HaltingLoss) = (maxSegments, loss);
        using var training = new TinyTraining(options);
        var (model, trainer) = training;
        for (var step = 0; step < 3; step++)
        {
            using var batch = TinyModels.Batch(step);
            var segment = trainer.ComputeGradients(batch);
            segment.ContinueTarget.Should().BeNull();
            MetricSums.Read(segment.Loss.Metrics).QContinueLoss.Should().Be(0);
            TinyModels.Gradients(model)["q_head.bias"][1].Should().Be(0);
            (maxSegments > 1 || segment.Halted.all().item<bool>()).Should().BeTrue();
            trainer.ApplyGradients();
        }
    }

    [Fact]
    public void Only_the_embedding_rows_of_current_puzzles_change()
    {
        using var training = new TinyTraining(Options());
        var (model, trainer) = training;
        var keptRows = 0;
        for (var step = 0; step < 8; step++)
        {
            using var batch = TinyModels.Batch(step);
            var before = model.PuzzleEmbedding!.Weights.clone();
            trainer.Step(batch);
            var worked = trainer.Carry!.Data.PuzzleIds.data<int>().ToArray();
            var incoming = batch.PuzzleIds.data<int>().ToArray();
            keptRows += worked.Zip(incoming).Count(pair => pair.First != pair.Second);
            var changed = model.PuzzleEmbedding.Weights.ne(before).any(1).data<bool>().ToArray();
            Enumerable.Range(0, changed.Length).Where(row => changed[row]).Should().BeEquivalentTo(worked.Distinct());
        }

        keptRows.Should().BePositive("the ids of kept rows count, not those of the incoming batch");
    }

    private static TrainerOptions Options(double learningRate = 1e-3) => TinyTraining.Options(learningRate, MaxSegments, exploration: 0);
}
