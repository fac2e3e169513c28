using Hrm.Core;
using Hrm.Puzzles;
using Hrm.Training;
using Microsoft.Extensions.Configuration;
using Microsoft.Extensions.Hosting;
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
    public void Losses_and_optimizers_of_the_application_train()
    {
        var options = TrainerPresets.Tiny();
        using var softmax = new SoftmaxCrossEntropy();
        Train(model =>
        {
            using var generator = new torch.Generator(1);
            // <own-losses>
            using var trainer = new HrmTrainer(model, options, generator)
            {
                TokenLoss = softmax,
                AuxiliaryLoss = EntropyLoss.Of,
            };
            // </own-losses>
            Step(trainer);
            trainer.TakeMetrics().AuxiliaryLoss.Should().BeNegative();
        });
        Train(model =>
        {
            using var generator = new torch.Generator(1);
            // <optimizer-groups>
            var named = model.named_parameters().ToArray();
            var matrices = named.Where(entry => entry.parameter.ndim == 2).Select(entry => entry.parameter);
            var biases = named.Where(entry => entry.parameter.ndim != 2).Select(entry => entry.parameter);
            using var trainer = new HrmTrainer(model, options, generator)
            {
                Optimizer = new OptimizerGroups(
                    (new Lion(matrices), 0.3),
                    (new AdamW(biases, new OptimizerOptions { WeightDecay = 0 }), 1)),
            };
            // </optimizer-groups>
            Step(trainer);
        });
        Train(model =>
        {
            using var generator = new torch.Generator(1);
            // <torch-optimizer>
            var sgd = torch.optim.SGD(model.parameters(), learningRate: 0.1, momentum: 0.9);
            using var trainer = new HrmTrainer(model, options, generator)
            {
                Optimizer = new TorchOptimizer(sgd, baseLearningRate: options.LearningRate),
            };
            // </torch-optimizer>
            Step(trainer);
        });

        void Train(Action<HrmModel> train)
        {
            using var generator = new torch.Generator(1);
            using var model = new HrmModel(HrmPresets.Tiny(16, 5), generator);
            train(model);
        }

        void Step(HrmTrainer trainer)
        {
            var rows = options.GlobalBatchSize;
            using var batch = PuzzleBatch.Create(new int[rows * 16], new int[rows * 16], [], 16);
            var before = Weights();
            trainer.Step(batch);
            trainer.Step(batch);
            Weights().Should().NotEqual(before);

            float[] Weights() => [.. trainer.Model.parameters().SelectMany(parameter => parameter.detach().data<float>().ToArray())];
        }
    }

    [Fact]
    public async Task An_application_trains_in_its_host()
    {
        var task = new SudokuTask(SudokuShape.Four);
        var training = new InMemoryPuzzleDataset(SudokuSplit.FourByFour(100, 1, new StatefulRandom(1)).Training.Select(task.ToExample), task.VocabularySize);
        var published = new TaskCompletionSource<string>();
        var builder = Host.CreateEmptyApplicationBuilder(new HostApplicationBuilderSettings());
        builder.Configuration.AddInMemoryCollection(
            [new("Training:Folder", "runs/hosted"), new("Training:Trainer:TotalSteps", "2"), new("Training:Trainer:GlobalBatchSize", "8")]);

        // <host>
        builder.Services.AddHrmTraining(builder.Configuration.GetSection("Training"), services => new TrainingSetup
        {
            CreateModel = generator => new HrmModel(HrmPresets.Tiny(task.SequenceLength, task.VocabularySize), generator),
            Dataset = training,
            Augmentation = task,
            ModelSaved = PublishAsync,
        });
        // </host>

        using var host = builder.Build();
        await host.StartAsync();
        HrmModel.Load(await published.Task.WaitAsync(TimeSpan.FromMinutes(1))).Dispose();
        await host.StopAsync();

        Task PublishAsync(string folder, CancellationToken cancellationToken)
        {
            published.SetResult(folder);
            return Task.CompletedTask;
        }
    }

    [Fact]
    public void New_ids_are_trained_while_the_rest_is_frozen()
    {
        var options = TrainerPresets.Tiny();
        options.GlobalBatchSize = 2;
        using var generator = new torch.Generator(1);
        using var trained = new HrmModel(HrmPresets.Tiny(16, 6) with { PuzzleEmbeddingWidth = 32, PuzzleIdCount = 2 }, generator);
        int[] tokens = [.. Enumerable.Repeat(2, 16)];
        var newTasks = new InMemoryPuzzleDataset([new PuzzleExample(tokens, tokens, puzzleId: 1), new PuzzleExample(tokens, tokens, puzzleId: 2)], vocabularySize: 6, puzzleIdCount: 3);

        // <new-ids>
        using var model = trained.WithPuzzleIds(newTasks.PuzzleIdCount, kept: 0);
        foreach (var parameter in model.parameters())
        {
            parameter.requires_grad = false;
        }

        using var trainer = new HrmTrainer(model, options, generator);
        // </new-ids>

        model.Config.PuzzleIdCount.Should().Be(3);
        using var stream = new TrainingStream(newTasks, options.GlobalBatchSize);
        foreach (var batch in stream.Take(2))
        {
            trainer.Step(batch);
        }

        model.PuzzleEmbedding!.Weights[1..].count_nonzero().item<long>().Should().BePositive();
        model.parameters().Zip(trained.parameters()).Should().OnlyContain(pair => pair.First.allclose(pair.Second, 0, 0, false));
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
