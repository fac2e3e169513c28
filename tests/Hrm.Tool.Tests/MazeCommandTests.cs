using System.Text.Json;
using Hrm.Core;
using Hrm.Puzzles;
using Hrm.TestKit;
using Hrm.Training;
using TorchSharp;

namespace Hrm.Tool.Tests;

/// <summary>Mazes: files, generated training mazes, a model of another size, and the counts of an evaluation.</summary>
public sealed class MazeCommandTests : IDisposable
{
    private static readonly string[] Small = ["--steps", "2", "--set", "Evaluations=1", "--set", "Trainer:GlobalBatchSize=4", "--set", "Trainer:Halting:MaxSegments=2", "--set", "Model:HiddenSize=16"];

    private readonly TemporaryFolder _folder = new();

    public void Dispose() => _folder.Dispose();

    [Fact]
    public async Task A_model_trains_on_generated_mazes_of_one_size_and_goes_on_with_another()
    {
        Write("five.csv", 5, 4, "a");
        Write("six.csv", 6, 4, "b");

        var first = await ToolProcess.RunAsync(["train", "maze", "--generate", "1000", "--max-path", "6", "--test", _folder["five.csv"], "--output", _folder["five"], .. Small]);
        first.Code.Should().Be(0, first.Messages);
        first.Messages.Should().Contain("1,000 training examples, 4 test examples");
        var settings = new RunFolder(_folder["five"]).ReadSettings();
        (settings.Data.Generated, settings.Data.MinPath, settings.Data.MaxPath, settings.Model.SequenceLength, settings.Model.Mixing).Should().Be((1000, 2, 6, 25, TokenMixing.Convolution));

        var second = await ToolProcess.RunAsync(["train", "maze", "--train", _folder["six.csv"], "--test", _folder["six.csv"], "--init", _folder["five"], "--output", _folder["six"], .. Small]);
        second.Code.Should().Be(0, second.Messages);
        new RunFolder(_folder["six"]).ReadSettings().Model.Should().Be(settings.Model with { SequenceLength = 36 });
        (await ToolProcess.RunAsync("train", "maze", "--resume", _folder["five"])).Code.Should().Be(0);

        var evaluated = await ToolProcess.RunAsync("evaluate", "maze", "--model", _folder["six"], "--test", _folder["six.csv"], "--segments", "3", "--json");
        evaluated.Code.Should().Be(0, evaluated.Messages);
        var list = JsonDocument.Parse(evaluated.Output).RootElement.GetProperty("by").GetProperty("source").GetProperty("b");
        list.GetProperty("count").GetInt32().Should().Be(4);
        list.GetProperty("shortest_paths").GetInt32().Should().BeInRange(list.GetProperty("exact").GetInt32(), list.GetProperty("paths").GetInt32());

        using var generator = new torch.Generator(1);
        using var attention = new HrmModel(settings.Model with { Mixing = TokenMixing.Attention, PositionEncoding = PositionEncoding.Learned }, generator);
        attention.Save(_folder["attention"]);
        (await ToolProcess.RunAsync(["train", "maze", "--train", _folder["six.csv"], "--test", _folder["six.csv"], "--init", _folder["attention"], "--output", _folder["other"], .. Small]))
            .ShouldFail("--init: expected a model for the puzzles, 36 tokens*");
    }

    /// <summary>Around the wall there are two shortest paths; the third answer takes a detour, the fourth stops.</summary>
    [Fact]
    public void The_report_counts_paths_and_shortest_paths_per_source()
    {
        var maze = MazePuzzle.Of(MazeGrid.Parse("S   #   G", MazeShape.Square(3)));
        var task = new MazeTask(maze.Shape);
        string[] answers = ["S  o# ooG", "Soo #o  G", "Soo #   G", "S  o#   G"];
        using var test = new NamedDataset(new InMemoryPuzzleDataset(answers.Select(_ => task.ToExample(maze)), task.VocabularySize), [], ["a", "a", "b", "b"]);
        var report = ToolTask.Of("maze").CreateReport(test);
        int[] tokens = [.. answers.SelectMany(answer => task.Encode(MazeGrid.Parse(answer, maze.Shape)))];
        using var model = CreateAnswering(tokens, task);
        new Evaluator(model, maxSegments: 1, batchSize: answers.Length).Evaluate(test.Examples, report.Add, null, CancellationToken.None);

        var json = report.ToJson();

        Counts(json["all"]!).Should().Be((4, 1, 2, 2));
        Counts(json["by"]!["source"]!["a"]!).Should().Be((2, 1, 2, 2));
        Counts(json["by"]!["source"]!["b"]!).Should().Be((2, 0, 0, 0));
    }

    [Fact]
    public async Task Mazes_of_a_dataset_can_have_uniform_lengths()
    {
        var built = await ToolProcess.RunAsync("data", "maze", "build", "--count", "12", "--size", "8", "--min-path", "3", "--max-path", "4", "--output", _folder["data"]);
        (built.Code, built.Output.Contains("path cells: minimum 3, median", StringComparison.Ordinal), built.Output.Contains("maximum 4", StringComparison.Ordinal)).Should().Be((0, true, true));
        (await ToolProcess.RunAsync("data", "maze", "check", "--data", _folder["data"])).Code.Should().Be(0);
        Write("five.csv", 5, 2, "a");
        (string[] Arguments, string Message)[] mistakes =
        [
            (["data", "maze", "build", "--count", "9", "--size", "5", "--min-path", "4", "--max-path", "3", "--output", _folder["no"]], "--max-path: expected 4 to 25*got 3."),
            (["data", "maze", "build", "--count", "9", "--size", "5", "--min-path", "4", "--output", _folder["no"]], "--min-path: expected 5 to 25, from the side*got 4."),
            (["train", "maze", "--test", _folder["five.csv"], "--train", _folder["five.csv"], "--max-path", "9", "--steps", "1", "--output", _folder["no"]], "--max-path: does nothing without --generate; leave it out."),
            (["train", "maze", "--test", _folder["five.csv"], "--train", _folder["five.csv"], "--generate", "9", "--steps", "1", "--output", _folder["no"]], "--train: does nothing with --generate; leave it out."),
            (["train", "maze", "--test", _folder["five.csv"], "--generate", "9", "--max-path", "26", "--steps", "1", "--output", _folder["no"]], "--max-path: expected at most 25, the number of cells, got 26."),
            (["train", "maze", "--test", _folder["five.csv"], "--generate", "0", "--steps", "1", "--output", _folder["no"]], "--generate: expected 1 to 100000000, got 0."),
        ];
        foreach (var (arguments, message) in mistakes)
        {
            (await ToolProcess.RunAsync(arguments)).ShouldFail(message);
        }
    }

    [Fact]
    public async Task A_dataset_of_files_has_the_wanted_mazes_of_both_parts()
    {
        var random = new StatefulRandom(1);
        var generator = new MazeGenerator(MazeShape.Square(6), 6, random);
        MazePuzzle[] mazes = [.. generator.Generate(20)];
        var least = mazes.Min(maze => maze.PathCells) + 1;
        var kept = mazes.Count(maze => maze.PathCells >= least);
        kept.Should().BeInRange(1, 19);
        MazeCsv.Write(_folder["mazes.csv"], [.. mazes, MazeSplitTests.Turned(mazes[3], 1)]);

        (await Build("all")).Should().Equal("train: 21 groups, 21 puzzles, 21 examples", "test: 21 groups, 21 puzzles, 21 examples");
        (await Build("some", "--min-path", $"{least}", "--drop-duplicates", "--subsample", "1", "--augment"))
            .Should().Equal("train: 1 group, 8 puzzles, 8 examples", $"test: {kept} groups, {kept} puzzles, {kept} examples");

        MazeCsv.Write(_folder["other.csv"], [MazePuzzle.Of(MazeGrid.Parse("SG  "))]);
        (await Run("no", _folder["other.csv"])).ShouldFail("*expected a maze of 6x6, got one of 2x2*");
        (await Run("no", _folder["mazes.csv"], "--subsample", "0")).ShouldFail("--subsample: expected 1 to 2147483647, got 0.");

        async Task<IEnumerable<string>> Build(string name, params string[] options)
        {
            var run = await Run(name, _folder["mazes.csv"], options);
            run.Code.Should().Be(0, run.Messages);
            return run.Output.Split('\n').Where(line => line.Contains(" group", StringComparison.Ordinal)).Select(line => line.Trim());
        }

        Task<ToolResult> Run(string name, string test, params string[] options)
            => ToolProcess.RunAsync(["data", "maze", "build", "--train", _folder["mazes.csv"], "--test", test, "--output", _folder[name], .. options]);
    }

    /// <summary>A model that answers the rows of a batch with given tokens: its states are one-hot, and lm_head is the identity.</summary>
    private static HrmModel CreateAnswering(int[] tokens, MazeTask task)
    {
        var config = new HrmConfig
        {
            SequenceLength = task.SequenceLength,
            VocabularySize = task.VocabularySize,
            HiddenSize = task.VocabularySize,
            Heads = 1,
            PositionEncoding = PositionEncoding.None,
            ForwardDtype = torch.ScalarType.Float32,
        };
        using var generator = new torch.Generator(1);
        var model = new HrmModel(config, new Fixed(tokens, task), new Fixed(tokens, task), generator);
        using var noGradient = torch.no_grad();
        model.state_dict()["lm_head.weight"].copy_(torch.eye(task.VocabularySize));
        return model;
    }

    private static (int Count, int Exact, int Paths, int Shortest) Counts(System.Text.Json.Nodes.JsonNode node)
        => ((int)node["count"]!, (int)node["exact"]!, (int)node["paths"]!, (int)node["shortest_paths"]!);

    private void Write(string name, int side, int count, string source)
    {
        var random = new StatefulRandom(side);
        var generator = new MazeLengthGenerator(MazeShape.Square(side), 3, 6);
        MazeCsv.Write(_folder[name], Enumerable.Range(0, count).Select(_ => MazePuzzle.Of(generator.Draw(random).Question, source)));
    }

    private sealed class Fixed : torch.nn.Module<torch.Tensor, torch.Tensor, torch.Tensor>
    {
        private readonly torch.Tensor _states; // [B, S, D]

        public Fixed(int[] tokens, MazeTask task)
            : base(nameof(Fixed))
            => _states = torch.nn.functional.one_hot(torch.tensor(Array.ConvertAll(tokens, token => (long)token)), task.VocabularySize)
                .to_type(torch.ScalarType.Float32).reshape(-1, task.SequenceLength, task.VocabularySize).DetachFromDisposeScope();

        public override torch.Tensor forward(torch.Tensor state, torch.Tensor injection) => _states.alias();

        protected override void Dispose(bool disposing)
        {
            _states.Dispose();
            base.Dispose(disposing);
        }
    }
}
