using System.Text.Json.Nodes;
using Hrm.Core;
using Hrm.Puzzles;
using Hrm.TestKit;
using TorchSharp;

namespace Hrm.Tool.Tests;

/// <summary>Recipes are compared at equal time; a comparison that was killed continues.</summary>
public sealed class CompareTests : IDisposable
{
    private readonly TemporaryFolder _folder = new();
    private readonly int _threads = torch.get_num_threads();

    public static TheoryData<string> Recipes => [.. Directory.GetFiles(RepositoryFolder.Combine("research", "recipes", "sudoku")).Select(file => Path.GetFileName(file)!)];

    public void Dispose()
    {
        torch.set_num_threads(_threads);
        _folder.Dispose();
    }

    [Fact]
    public async Task A_killed_comparison_gives_the_numbers_of_an_uninterrupted_one_and_can_be_extended()
    {
        var puzzles = new SudokuGenerator(SudokuShape.Four, new StatefulRandom(1)).NextDistinctPuzzles(40, 8).ToArray();
        SudokuCsv.Write(_folder["puzzles.csv"], puzzles.Select((puzzle, i) => new SudokuPuzzle(puzzle.Question, puzzle.Answer, i % 2 == 0 ? "even" : "odd|list")));
        WriteRecipe("plain", string.Empty);
        WriteRecipe("slow", """, "LearningRate": 1e-6""", warmup: 1_000_000);
        string[] command =
        [
            "compare", "sudoku", _folder["recipes"], "--train", _folder["puzzles.csv"], "--validate", "5", "--preset", "tiny",
            "--minutes", "0.002", "--seeds", "1", "--threads", "1", "--output",
        ];
        var state = _folder["run", "comparison.json"];
        await KillAfterAnEvaluationAsync([.. command, _folder["run"]], state);
        var plan = JsonNode.Parse(File.ReadAllText(state))!.AsObject();
        plan["Runs"]!.AsArray().Should().Contain(run => !(bool)run!["IsFinished"]!);

        (await ToolProcess.RunAsync([.. command, _folder["run"]])).ShouldBeDone();

        // The same recipes, times of steps and puzzles, without an interruption.
        Directory.CreateDirectory(_folder["reference"]);
        plan["Runs"] = new JsonArray();
        File.WriteAllText(_folder["reference", "comparison.json"], plan.ToJsonString());
        File.Copy(_folder["run", "train.csv"], _folder["reference", "train.csv"]);
        File.Copy(_folder["run", "validation.csv"], _folder["reference", "validation.csv"]);
        var reference = await ToolProcess.RunAsync([.. command, _folder["reference"], "--json"]);
        reference.ShouldBeDone();
        JsonNode.DeepEquals(JsonNode.Parse(reference.Output), JsonNode.Parse(File.ReadAllText(_folder["reference", "comparison.json"]))).Should().BeTrue();
        RunsWithoutTimes(state).Should().HaveCount(2).And.Equal(RunsWithoutTimes(_folder["reference", "comparison.json"]));

        // One more recipe, which diverges, then the better two anew for twice the time.
        // The checkpoints of a finished run are left of a process that was killed.
        Directory.CreateDirectory(_folder["run", "runs", "plain-0.002-1", "checkpoints"]);
        WriteRecipe("diverges", """, "LearningRate": 1e30""");
        var extended = await ToolProcess.RunAsync([.. command, _folder["run"], "--halve"]);
        extended.ShouldBeDone();
        RunsWithoutTimes(state).Should().StartWith(RunsWithoutTimes(_folder["reference", "comparison.json"]));
        RequireWholeComparison(Comparison.Read(state));
        extended.Output.Should().Be(File.ReadAllText(_folder["run", "comparison.md"]));
        extended.Lines.Where(line => line.StartsWith("| plain", StringComparison.Ordinal)).Should().HaveCount(6, "one line after training and two during it, for each time");
        extended.Output.Should().Contain("3 of 3 runs are finished, 1 failed.").And.Contain("2 of 2 runs are finished, 0 failed.").And.Contain(@"odd\|list").And.Contain("diverges, seed 1, failed and counts as 0: ");
        extended.Messages.Should().Contain("slow: expected more steps than the 1").And.NotContain("plain: expected more steps");
        Directory.GetDirectories(_folder["run", "runs"]).Should().HaveCount(5).And.NotContain(run => Directory.Exists(Path.Combine(run, "checkpoints")));
        SudokuCsv.Read(_folder["run", "train.csv"]).Count().Should().Be(30);
        SudokuCsv.Read(_folder["run", "validation.csv"]).Count(puzzle => puzzle.Source == "even").Should().Be(5);

        // Each run is an ordinary one.
        (await ToolProcess.RunAsync("evaluate", "sudoku", "--model", _folder["run", "runs", "plain-0.004-1"], "--segments", "1")).ShouldBeDone();

        // What is not the same comparison is refused before anything is trained.
        (await ToolProcess.RunAsync([.. command, _folder["run"], "--tf32"])).ShouldFail("--output: *expected the comparison that the folder holds*");
        using (new FileStream(_folder["run", "lock"], FileMode.Open, FileAccess.Write, FileShare.None))
        {
            (await ToolProcess.RunAsync([.. command, _folder["run"]])).Code.Should().Be(1, "another process works in the folder");
        }

        WriteRecipe("slow", """, "LearningRate": 1e-5""", warmup: 1_000_000);
        (await ToolProcess.RunAsync([.. command, _folder["run"]])).ShouldFail("slow: expected the settings that the comparison has, got others: Trainer:LearningRate was *");
        WriteRecipe("slow", """, "TotalSteps": 7""");
        (await ToolProcess.RunAsync([.. command, _folder["new"]])).ShouldFail("*slow.json: expected no Seed and no Trainer:TotalSteps*");
        File.Delete(_folder["recipes", "slow.json"]);
        (await ToolProcess.RunAsync([.. command, _folder["new"], "--halve"])).ShouldFail("--halve: expected at least 3 recipes, got 2.");
    }

    private static async Task KillAfterAnEvaluationAsync(string[] command, string state)
    {
        using var process = ToolProcess.Start(command);
        while (!process.HasExited && !(File.Exists(state) && File.ReadAllText(state).Contains("\"Step\"", StringComparison.Ordinal)))
        {
            await Task.Delay(5);
        }

        process.Kill();
        await process.WaitForExitAsync();
        process.ExitCode.Should().NotBe(0, "it was killed before its end");
    }

    private static void RequireWholeComparison(Comparison comparison)
    {
        comparison.Runs.Select(run => (run.Recipe, run.Minutes)).Should().BeEquivalentTo(
            [("plain", 0.002), ("slow", 0.002), ("diverges", 0.002), ("plain", 0.004), ("slow", 0.004)]);
        foreach (var run in comparison.Runs)
        {
            run.IsFinished.Should().BeTrue();
            (run.Failure is not null).Should().Be(run.Recipe == "diverges");
            run.Points.Select(point => point.Step).Should().Equal(run.Failure is null ? [run.Steps / 2, run.Steps] : []);
            run.Points.Select(point => point.Minutes).Should().BeInAscendingOrder();
            foreach (var point in run.Points)
            {
                (point.Rows, point.Minutes > 0).Should().Be((4 * point.Step, true));
                point.Exact.Keys.Should().Equal("all", "even", "odd|list");
            }
        }

        // A step of so short a run can take several times as long as measured.
        comparison.Runs[^2].Points[^1].Minutes.Should().BeInRange(0.0004, 0.04);
    }

    [Theory]
    [MemberData(nameof(Recipes))]
    public void Every_setting_of_a_shipped_recipe_is_valid_and_differs_from_the_preset(string name)
    {
        var preset = ToolTask.Of("sudoku").CreateSettings("small", new PuzzleSize(81, 11, 1), new RunData());
        var file = RepositoryFolder.Combine("research", "recipes", "sudoku", name);

        var recipe = SettingsReader.Read(preset, file, []);

        SettingsReader.RequireSame(preset, recipe);
        SettingsReader.FindChanges(preset, recipe).Should().HaveCount(CountValues(RunFolder.ParseFile(file)));

        static int CountValues(JsonNode? node) => node is JsonObject group ? group.Sum(entry => CountValues(entry.Value)) : 1;
    }

    [Theory]
    [InlineData("Recipes", """[{ "Name": "a" }]""")]
    [InlineData("Recipes", "[null]")]
    [InlineData("Runs", """[{ "Recipe": "unknown", "Minutes": 1, "Seed": 1, "Steps": 1 }]""")]
    [InlineData("Surplus", "1")]
    [InlineData("Runs", """[{ "Recipe": "plain", "Minutes": 1, "Seed": 1, "Steps": 1, "IsFinished": true }]""")]
    [InlineData("Runs", """[{ "Recipe": "plain", "Minutes": 1, "Seed": 1, "Steps": 1, "IsFinished": true, "Failure": "a\n| b |" }]""")]
    public void A_damaged_state_is_named(string key, string value)
    {
        var json = Create("plain").ToJson();
        json[key] = JsonNode.Parse(value);
        File.WriteAllText(_folder["comparison.json"], json.ToJsonString());

        FluentActions.Invoking(() => Comparison.Read(_folder["comparison.json"])).Should().Throw<UsageException>().WithMessage("*comparison.json: expected *");
    }

    [Fact]
    public void No_training_solution_is_symmetric_to_one_held_out()
    {
        var random = new StatefulRandom(2);
        var originals = new SudokuGenerator(SudokuShape.Nine, random).NextDistinctPuzzles(12, 50).ToArray();
        var variants = originals.SelectMany((puzzle, i) => Enumerable.Range(0, 3).Select(_ => Vary(puzzle, i < 4 ? "short" : "long")));
        SudokuCsv.Write(_folder["a.csv"], variants);

        var (training, validation) = SudokuFiles.HoldOut(new RunData { Train = [_folder["a.csv"]] }, count: 7);

        var form = new SudokuCanonicalForm(SudokuShape.Nine);
        validation.CountBy(puzzle => puzzle.Source).Should().BeEquivalentTo([KeyValuePair.Create("short", 6), KeyValuePair.Create("long", 7)]);
        var held = validation.Select(puzzle => form.Of(puzzle.Answer)).ToHashSet();
        training.Should().NotBeEmpty().And.NotContain(puzzle => held.Contains(form.Of(puzzle.Answer)));
        training.Should().HaveCount(3 * (12 - held.Count));
        SudokuFiles.HoldOut(new RunData { Train = [_folder["a.csv"]] }, count: 7).Validation.Should().Equal(validation);

        SudokuPuzzle Vary(SudokuPuzzle puzzle, string source)
        {
            var task = new SudokuTask();
            var symmetry = task.DrawSymmetry(random);
            return new SudokuPuzzle(Vary(puzzle.Question), Vary(puzzle.Answer), source);

            SudokuGrid Vary(SudokuGrid grid) => task.Decode(symmetry.Apply(task.Encode(grid)));
        }
    }

    [Fact]
    public void The_table_has_mean_and_deviation_of_the_seeds_and_ranks_by_exact_answers_then_by_cells()
    {
        var comparison = Create("none", "cells", "best");
        foreach (var (recipe, cells, exact) in new[] { ("none", 0.1, new[] { 0.0, 0.0 }), ("cells", 0.2, [0.0, 0.0]), ("best", 0.1, [0.1, 0.3]) })
        {
            for (var seed = 1; seed <= 2; seed++)
            {
                var run = comparison.GetRun(comparison.Recipes.Single(item => item.Name == recipe), 1, seed);
                run.Steps.Should().Be(120, "a minute has 120 steps of half a second");
                run.Add(new RunPoint(60, 9, 9, 9, []));
                run.Add(new RunPoint(60, 3840, 0.5 * seed, cells, new() { [ListNames.All] = [0, 0, exact[seed - 1]] }));
                run.IsFinished = true;
            }
        }

        Comparison.Rank(comparison.Recipes, comparison.Runs).Select(recipe => recipe.Name).Should().Equal("best", "cells", "none");
        ComparisonTable.ToMarkdown(comparison).Split('\n').Should().Contain("| best | 2 | 0.75 | 60 | 3,840 | 10.0 ± 0.0 | 0.0 ± 0.0 / 0.0 ± 0.0 / 20.0 ± 14.1 |");
    }

    [Fact]
    public void A_failure_counts_as_0_and_a_run_that_is_not_finished_does_not_count()
    {
        var comparison = Create("fails", "steady");
        AddRun("fails", seed: 1, exact: 0.5);
        AddRun("fails", seed: 2, exact: 0.5).Failure = "not finite";
        AddRun("steady", seed: 1, exact: 0.3);
        AddRun("steady", seed: 2, exact: 0.0).IsFinished = false;

        Comparison.Rank(comparison.Recipes, comparison.Runs).Select(recipe => recipe.Name).Should().Equal("steady", "fails");
        Comparison.Rank(comparison.Recipes, [.. comparison.Runs.Where(run => run.Seed == 2)]).Select(recipe => recipe.Name).Should().Equal("fails", "steady");
        ComparisonTable.ToMarkdown(comparison).Split('\n').Should().Contain("3 of 4 runs are finished, 1 failed.")
            .And.Contain("| fails | 2 | 1.00 | 60 | 60 | 50.0 ± 70.7 | 0.0 ± 0.0 / 0.0 ± 0.0 / 25.0 ± 35.4 |")
            .And.Contain("| steady | 1 | 1.00 | 60 | 60 | 100.0 | 0.0 / 0.0 / 30.0 |");

        RecipeRun AddRun(string recipe, int seed, double exact)
        {
            var run = comparison.GetRun(comparison.Recipes.Single(item => item.Name == recipe), 1, seed);
            run.Add(new RunPoint(60, 60, 1, 1, new() { [ListNames.All] = [0, 0, exact] }));
            run.IsFinished = true;
            return run;
        }
    }

    [Fact]
    public void A_comparison_of_many_runs_can_be_read()
    {
        var json = Create("plain").ToJson().ToJsonString();
        File.WriteAllText(_folder["comparison.json"], json + new string(' ', 2 << 20));

        Comparison.Read(_folder["comparison.json"]).ToJson().ToJsonString().Should().Be(json);
    }

    [Fact]
    public void Puzzles_without_a_source_are_the_list_of_their_file_and_ambiguous_names_are_refused()
    {
        var puzzles = new SudokuGenerator(SudokuShape.Four, new StatefulRandom(1)).NextDistinctPuzzles(12, 8).ToArray();
        SudokuCsv.Write(_folder["one.csv"], puzzles[..6].Select(puzzle => new SudokuPuzzle(puzzle.Question, puzzle.Answer)));
        SudokuCsv.Write(_folder["two.csv"], puzzles[6..].Select(puzzle => new SudokuPuzzle(puzzle.Question, puzzle.Answer)));

        var data = new RunData { Train = [_folder["one.csv"], _folder["two.csv"]], Side = 4 };
        SudokuFiles.HoldOut(data, count: 2).Validation.Select(puzzle => puzzle.Source).Order().Should().Equal("one.csv", "one.csv", "two.csv", "two.csv");

        foreach (var source in new[] { "all", "a\tb" })
        {
            SudokuCsv.Write(_folder["one.csv"], puzzles.Select(puzzle => new SudokuPuzzle(puzzle.Question, puzzle.Answer, source)));
            FluentActions.Invoking(() => SudokuFiles.HoldOut(data, count: 2)).Should().Throw<UsageException>().WithMessage("--train: expected source lists with names other than 'all'*");
        }
    }

    [Fact]
    public async Task Runs_without_their_state_and_mazes_without_a_dataset_are_refused()
    {
        WriteRecipe("plain", string.Empty);
        SudokuCsv.Write(_folder["puzzles.csv"], new SudokuGenerator(SudokuShape.Four, new StatefulRandom(1)).NextDistinctPuzzles(8, 8));
        Directory.CreateDirectory(_folder["old", "runs"]);

        (await ToolProcess.RunAsync("compare", "sudoku", _folder["recipes"], "--train", _folder["puzzles.csv"], "--preset", "tiny", "--minutes", "1", "--output", _folder["old"]))
            .ShouldFail("--output: *expected comparison.json of the runs in the folder, got no such file*");
        (await ToolProcess.RunAsync("compare", "maze", _folder["recipes"], "--minutes", "1", "--output", _folder["maze"]))
            .ShouldFail("--data: expected the folder of a dataset*");
    }

    private static Comparison Create(params string[] names)
    {
        var settings = ToolTask.Of("sudoku").CreateSettings("small", new PuzzleSize(81, 11, 1), new RunData());
        return new Comparison
        {
            Task = "sudoku",
            Preset = "small",
            Data = new RunData(),
            Validation = 1,
            Threads = 1,
            Device = "cpu",
            AllowTensorFloat32 = false,
            Recipes = [.. names.Select(name => new Recipe(name, 0.5, settings))],
        };
    }

    private void WriteRecipe(string name, string more, int warmup = 0)
    {
        Directory.CreateDirectory(_folder["recipes"]);
        File.WriteAllText(_folder["recipes", $"{name}.json"], $$"""{ "Trainer": { "GlobalBatchSize": 4, "WarmupSteps": {{warmup}}{{more}} }, "Evaluations": 2, "EvaluationBatchSize": 10 }""");
    }

    private static IEnumerable<string> RunsWithoutTimes(string path)
    {
        var runs = JsonNode.Parse(File.ReadAllText(path))!["Runs"]!.AsArray();
        foreach (var point in runs.SelectMany(run => run!["Points"]!.AsArray()))
        {
            point!.AsObject().Remove("Minutes").Should().BeTrue();
        }

        return runs.Select(run => run!.ToJsonString());
    }
}
