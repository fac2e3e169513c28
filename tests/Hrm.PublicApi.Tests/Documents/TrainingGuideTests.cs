using Hrm.Core;
using Hrm.Puzzles;
using Hrm.Training;
using Microsoft.Extensions.Configuration;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Options;
using TorchSharp;

namespace Hrm.PublicApi.Tests.Documents;

/// <summary>The code of docs/training.md.</summary>
public sealed class TrainingGuideTests : GuideFolder
{
    [Fact]
    public void A_training_reports_saves_and_resumes()
    {
        var options = TrainerPresets.Tiny();
        options.TotalSteps = 4;

        Train(options, CancellationToken.None).Should().BeEquivalentTo(new { Reason = StopReason.Completed, Step = 4L });
        Train(options, CancellationToken.None).Step.Should().Be(4);

        Directory.GetDirectories(Path.Combine("runs", "first", "checkpoints")).Should().HaveCount(2);
        File.ReadAllLines(Path.Combine("runs", "first", "metrics.jsonl")).Should().HaveCount(2);
    }

    [Fact]
    public void Options_come_from_the_configuration_of_an_application()
    {
        var builder = new
        {
            Services = new ServiceCollection(),
            Configuration = new ConfigurationBuilder().AddInMemoryCollection([new("Training:Trainer:LearningRate", "0.002")]).Build(),
        };

        // <host>
        builder.Services.AddHrmTraining(builder.Configuration.GetSection("Training"));
        // </host>

        using var services = builder.Services.BuildServiceProvider();
        services.GetRequiredService<IOptions<TrainerOptions>>().Value.LearningRate.Should().Be(0.002);
    }

    private static TrainingOutcome Train(TrainerOptions options, CancellationToken cancellationToken)
    {
        // <training>
        var puzzles = SudokuSplit.FourByFour(trainingPuzzles: 1000, testPuzzles: 500, new StatefulRandom(1));
        var task = new SudokuTask(SudokuShape.Four);
        var training = new InMemoryPuzzleDataset(puzzles.Training.Select(task.ToExample), task.VocabularySize);
        var test = new InMemoryPuzzleDataset(puzzles.Test.Select(task.ToExample), task.VocabularySize);

        using var generator = new torch.Generator(1);
        using var model = new HrmModel(HrmPresets.Tiny(task.SequenceLength, task.VocabularySize), generator);
        using var trainer = new OneStepGradTrainer(model, options, generator);
        using var stream = new TrainingStream(
            training,
            options.GlobalBatchSize,
            new TrainingStreamOptions { Seed = 1 },
            augmentation: task);
        var folder = Path.Combine("runs", "first");
        using var checkpoints = CheckpointStore.Open(Path.Combine(folder, "checkpoints"));
        var json = new JsonLinesLog(Path.Combine(folder, "metrics.jsonl"));
        var board = new TensorBoardLog(Path.Combine(folder, "tensorboard"));

        var evaluator = new Evaluator(model, 8, loss: HrmTrainer.CreateLoss(options));
        var run = new TrainingRun(trainer, stream, new TrainingRunOptions { EvaluationInterval = 400, Patience = 5 })
        {
            Checkpoints = checkpoints,
            Evaluate = (_, cancellation) => evaluator.Evaluate(test, cancellationToken: cancellation),
            Logs = [json, board],
        };
        run.Resume(); // Resumes from the last valid checkpoint, if there is one.
        var outcome = run.Run(cancellationToken: cancellationToken);
        // </training>
        return outcome;
    }
}
