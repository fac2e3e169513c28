using Hrm.Core;
using Hrm.TestKit;
using Spectre.Console;
using TorchSharp;

namespace Hrm.Tool.Tests;

/// <summary>Every figure runs to its end at a scale of seconds, is found again, and resumes after a stop.</summary>
public sealed class ReproduceTests : IDisposable
{
    private readonly TemporaryFolder _folder = new();
    private readonly StringWriter _output = new();

    public static TheoryData<string> Names => [.. Figure.All.Select(figure => figure.Name)];

    public void Dispose()
    {
        _output.Dispose();
        _folder.Dispose();
    }

    [Theory]
    [MemberData(nameof(Names))]
    public void A_figure_gives_claims_tables_and_pictures_and_a_report(string name)
    {
        var figure = Figure.All.Single(candidate => candidate.Name == name);
        var context = Create();
        context.Models.Announce(figure.Plans(context.Scale), context.Seeds);

        var result = figure.Run(context);
        new ReportFolder(_folder.Path).Add(result);

        result.Claims.Should().NotBeEmpty();
        result.Claims.Should().OnlyContain(claim => claim.Ours.Length > 0 && !claim.Ours.Contains("NaN", StringComparison.Ordinal));
        result.Tables.Should().NotBeEmpty().And.OnlyContain(table => table.Rows.Count > 0 && table.Rows.All(row => row.Count == table.Columns.Count) && table.Columns.Distinct().Count() == table.Columns.Count);
        result.Claims.Should().NotContain(claim => claim.Seeds == 2 && claim.Verdict == Verdict.Reproduced, "two seeds show nothing for certain");
        foreach (var picture in result.Pictures)
        {
            File.ReadAllBytes(Path.Combine(_folder.Path, picture.File)).Take(4).Should().Equal(0x89, (byte)'P', (byte)'N', (byte)'G');
        }

        ReportFolder.Read(Path.Combine(_folder.Path, "results")).Should().ContainSingle().Which.Should().BeEquivalentTo(result);
        var report = File.ReadAllText(Path.Combine(_folder.Path, ReportFolder.ReportName));
        report.Should().Contain("`the <command>`");
        report.Split(".png)").Should().HaveCount(result.Pictures.Count + 1);
        report.Split('\n').Count(line => line.StartsWith('|')).Should().Be(result.Claims.Count + 2 + result.Tables.Sum(table => table.Rows.Count + 2));
        File.Exists(Path.Combine(_folder.Path, $"{name}.html")).Should().Be(result.Frames.Count > 0);

        // A second time nothing is trained or measured.
        _output.GetStringBuilder().Clear();
        figure.Run(context).Should().BeEquivalentTo(result);
        _output.ToString().Should().BeEmpty();
    }

    [Fact]
    public async Task A_training_that_was_stopped_resumes_from_its_checkpoint()
    {
        var folder = await TrainUntilAsync(folder => Directory.Exists(folder.CheckpointsPath) && Directory.EnumerateDirectories(folder.CheckpointsPath).Any());
        var again = await TrainUntilAsync(folder => ReadLog(folder).Contains("Resumed from step", StringComparison.Ordinal));

        again.Path.Should().Be(folder.Path);
        Directory.GetDirectories(Path.Combine(_folder.Path, "models")).Should().Equal(folder.Path);

        async Task<RunFolder> TrainUntilAsync(Predicate<RunFolder> isReached)
        {
            using var cancellation = new CancellationTokenSource();
            var context = Create(cancellation.Token);
            var plan = context.Scale.Plans.Hrm.With("longer", settings =>
            {
                settings.Trainer.TotalSteps = 1_000_000;
                settings.Run.CheckpointInterval = 2;
            });
            var training = Task.Run(() => context.Models.Get(plan, 1));
            var models = Path.Combine(_folder.Path, "models");
            while (!training.IsCompleted && !(Directory.Exists(models) && Directory.GetDirectories(models) is [var path] && isReached(new RunFolder(path))))
            {
                await Task.Delay(20);
            }

            await cancellation.CancelAsync();
            await FluentActions.Awaiting(() => training).Should().ThrowAsync<OperationCanceledException>();
            return new RunFolder(Directory.GetDirectories(models).Single());
        }

        static string ReadLog(RunFolder folder)
        {
            using var log = new StreamReader(new FileStream(Path.Combine(folder.Path, "train.log"), FileMode.OpenOrCreate, FileAccess.Read, FileShare.ReadWrite));
            return log.ReadToEnd();
        }
    }

    [Fact]
    public void Other_settings_seeds_and_puzzles_are_other_models()
    {
        var context = Create();
        var plan = context.Scale.Plans.Hrm;
        var keys = new[]
        {
            context.Models.Get(plan, 1).Key,
            context.Models.Get(plan, 2).Key,
            context.Models.Get(plan.With("other", settings => settings.Trainer.LearningRate *= 2), 1).Key,
            context.Models.Get(context.Scale.Plans.MazeHrm, 1).Key,
        };
        keys.Should().OnlyHaveUniqueItems();

        // A name is no setting.
        context.Models.Get(plan.With("another name", _ => { }), 1).Key.Should().Be(keys[0]);
    }

    [Fact]
    public void Without_deep_supervision_the_chain_of_updates_is_the_same()
    {
        using var noGradient = torch.no_grad();
        using var scope = torch.NewDisposeScope();
        var context = Create();
        var plans = context.Scale.Plans;
        var (own, without) = (plans.Hrm.For(1), plans.NoDeepSupervision.For(1));
        using var generator = new torch.Generator(1);
        using var sameGenerator = new torch.Generator(1);
        using var model = Architectures.Create(own.Architecture, own.Model, generator);
        using var longer = Architectures.Create(without.Architecture, without.Model, sameGenerator);
        using var batch = PuzzleBatch.Create([.. Enumerable.Range(0, 32).Select(token => 1 + (token % 4))], [], [0, 0], 16);

        var carry = model.InitialCarry(2);
        for (var segment = 0; segment < own.Trainer.Halting.MaxSegments; segment++)
        {
            carry = model.call(carry, batch).Carry;
        }

        var once = longer.call(longer.InitialCarry(2), batch).Carry;
        once.High.allclose(carry.High, 0, 0).Should().BeTrue();
        once.Low.allclose(carry.Low, 0, 0).Should().BeTrue();
        without.Trainer.Halting.MaxSegments.Should().Be(1);
    }

    /// <summary>The compared numbers of parameters and updates are counted.</summary>
    [Fact]
    public void The_plans_keep_the_budgets_that_they_claim()
    {
        var context = Create();
        var plans = context.Scale.Plans;
        var parameters = Parameters(plans.Hrm);
        foreach (var plan in (TrainingPlan[])[plans.Recurrent, plans.Direct, plans.Tiny, plans.Bptt, plans.LastCycle, plans.NoDeepSupervision, plans.FixedOf(4)])
        {
            Parameters(plan).Should().Be(parameters, plan.Name);
        }

        var width = plans.Hrm.Create().Model.HiddenSize;
        Parameters(plans.Gated).Should().Be(parameters + (4 * width * width));
        TrainingPlan.Blocks(plans.Hrm.Create()).Should().Be((6, 2));
        TrainingPlan.Blocks(plans.Recurrent.Create()).Should().Be((12, 2));
        TrainingPlan.Blocks(plans.Tiny.Create()).Should().Be((12, 6));
        TrainingPlan.Blocks(plans.Bptt.Create()).Should().Be((6, 6));
        TrainingPlan.Blocks(plans.LastCycle.Create()).Should().Be((6, 3));
        TrainingPlan.Blocks(plans.NoDeepSupervision.Create()).Should().Be((6 * plans.Hrm.Create().Trainer.Halting.MaxSegments, 2));
        TrainingPlan.Blocks(plans.DirectOf(6).Create()).Should().Be((6, 6));
    }

    /// <summary>Nobody has run the scale of the paper yet: at least its settings are sound, and different models have different names.</summary>
    [Theory]
    [InlineData("cpu")]
    [InlineData("gpu")]
    public void All_plans_of_a_scale_can_be_trained(string name)
    {
        var (sudoku, maze) = (PuzzleSet.GeneratedSudokus(_folder.Path, side: 9, givens: 40, count: 2), PuzzleSet.GeneratedMazes(_folder.Path, side: 30, minimumPath: 30, count: 2));
        sudoku.Ensure();
        maze.Ensure();
        var scale = name == "cpu" ? ReproduceScale.Cpu(_folder.Path) : ReproduceScale.Gpu(sudoku.Folder, maze.Folder, steps: 1000);
        var plans = Figure.All.SelectMany(figure => figure.Plans(scale)).ToArray();
        foreach (var plan in plans)
        {
            FluentActions.Invoking(() => SettingsReader.Check(plan.For(1))).Should().NotThrow(plan.Name);
        }

        // Large batches go in parts that fit a card; the maze's rows are eleven times as long.
        plans.Select(plan => plan.For(1).Trainer).Should().OnlyContain(trainer => trainer.MicroBatchSize < trainer.GlobalBatchSize);
        scale.Plans.MazeHrm.For(1).Trainer.MicroBatchSize.Should().Be(name == "gpu" ? 193 : 0);
        foreach (var same in plans.GroupBy(plan => (plan.Name, plan.Source)))
        {
            same.Select(plan => JsonFiles.HashOf(plan.For(1))).Distinct().Should().ContainSingle(same.Key.Name);
        }

        SettingsReader.Check(scale.MemorySettings());
        scale.Plans.Hrm.Create().Model.ParameterCount.Should().Be(name == "gpu" ? 27_275_266 : 176_834);
    }

    private static long Parameters(TrainingPlan plan)
    {
        var settings = plan.For(1);
        using var generator = new torch.Generator(1);
        using var model = Architectures.Create(settings.Architecture, settings.Model, generator);
        return model.parameters().Sum(parameter => parameter.numel());
    }

    private FigureContext Create(CancellationToken cancellation = default)
    {
        var console = AnsiConsole.Create(new AnsiConsoleSettings { Ansi = AnsiSupport.No, Out = new AnsiConsoleOutput(_output) });
        return new FigureContext
        {
            Scale = TinyScale(),
            Seeds = [1, 2],
            CacheFolder = _folder.Path,
            Folder = _folder.Path,
            Device = torch.CPU,
            Console = console,
            Command = "the <command>",
            Cancellation = cancellation,
        };
    }

    private ReproduceScale TinyScale()
    {
        var sudoku = PuzzleSet.GeneratedSudokus(_folder.Path, side: 4, givens: 6, count: 24);
        var maze = PuzzleSet.GeneratedMazes(_folder.Path, side: 5, minimumPath: 6, count: 24);
        return new ReproduceScale
        {
            Name = "tiny",
            Description = "seconds",
            Hrm = new TrainingPlan("HRM", sudoku, () => Settings(sudoku)),
            MazeHrm = new TrainingPlan("HRM, mazes", maze, () => Settings(maze)),
            EasiestHrm = new TrainingPlan("HRM, easiest", sudoku, () => Settings(sudoku)),
            Widths = [16, 32],
            DirectLayers = [2, 4],
            Segments = [1, 2, 4],
            LongCycles = (2, 3),
            MemoryCycles = [1, 2, 3],
            MemorySettings = () => Settings(sudoku),
        };

        static RunSettings Settings(PuzzleSet source)
        {
            var settings = ReproduceScale.SmallSettings(source, steps: 4);
            settings.Model = settings.Model with { HiddenSize = 32, SwiGluInnerWidth = 32, TokenMixerInnerWidth = 16, ForwardDtype = torch.ScalarType.Float32 };
            settings.Trainer.GlobalBatchSize = 8;
            settings.Trainer.Halting.MaxSegments = 4;
            settings.Trainer.EmaDecay = 0;
            return settings;
        }
    }
}
