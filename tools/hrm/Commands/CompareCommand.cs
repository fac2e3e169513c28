using System.CommandLine;
using Hrm.Puzzles;
using Spectre.Console;
using TorchSharp;

namespace Hrm.Tool;

/// <summary><c>compare TASK</c>: trains several recipes for equal time and writes a table of their accuracy.</summary>
internal static class CompareCommand
{
    private const string StateName = "comparison.json";
    private const string TableName = "comparison.md";
    private const int TimedRounds = 3;

    private static readonly Argument<string[]> Recipes = new("recipes") { Description = "JSON files of settings, as --config of train takes them, or folders of such files.", Arity = ArgumentArity.OneOrMore };
    private static readonly Option<string?> Data = new("--data") { Description = "The folder of a dataset, whose test puzzles are for validation." };
    private static readonly Option<string[]> Train = CommonOptions.Files("--train", "Puzzles instead of --data: one or more files, CSV or text.");
    private static readonly Option<int> Validate = new("--validate") { Description = "With --train: the number of puzzles per source list that are drawn for validation.", DefaultValueFactory = _ => 100 };
    private static readonly Option<double> Minutes = new("--minutes") { Description = "The training time of each run: processor time per thread, on a GPU the time that passes.", Required = true };
    private static readonly Option<int> Seeds = new("--seeds") { Description = "The number of runs per recipe.", DefaultValueFactory = _ => 3 };
    private static readonly Option<bool> Halve = new("--halve") { Description = "Then train the better half of the recipes anew for twice the time, until two are left." };
    private static readonly Option<string> Output = new("--output") { Description = $"The folder of the runs, {TableName} and {StateName}. The same command continues there.", Required = true };

    public static Command Create(ToolTask task)
    {
        var preset = new Option<string>("--preset") { Description = $"The preset that the recipes change: {string.Join(", ", task.Presets)}.", DefaultValueFactory = _ => task.Presets[0] };
        preset.CompletionSources.Add([.. task.Presets]);
        var command = new Command(task.Name, $"Compare recipes for {task.Puzzles}: train each for equal time with several seeds, and write a table.")
        {
            Recipes, Data, Minutes, Seeds, Halve, Output, preset, CommonOptions.Json, TorchOptions.Device, TorchOptions.Tf32, TorchOptions.Threads,
        };
        if (task is SudokuToolTask)
        {
            command.Add(Train);
            command.Add(Validate);
            command.Add(CommonOptions.Side);
            command.Add(CommonOptions.SkipBad);
        }

        command.SetAction((result, cancellationToken) => Task.Run(() => Run(result, task, result.GetValue(preset)!, cancellationToken), CancellationToken.None));
        return command;
    }

    private static int Run(ParseResult result, ToolTask task, string preset, CancellationToken cancellationToken)
    {
        var (minutes, seeds) = (CommonOptions.Require(result, Minutes, 0.001, 1e6), CommonOptions.Require(result, Seeds, 1, 100));
        var files = FindRecipes(result);
        if (result.GetValue(Halve) && files.Count < 3)
        {
            throw new UsageException($"--halve: expected at least 3 recipes, got {files.Count}.");
        }

        var folder = result.GetValue(Output)!;
        Directory.CreateDirectory(folder);
        using var held = new FileStream(Path.Combine(folder, "lock"), FileMode.OpenOrCreate, FileAccess.Write, FileShare.None);
        var device = TorchOptions.Apply(result);
        var named = ReadNamed(result, task);
        var recipes = ReadRecipes(result, task, preset, named, files, cancellationToken);
        var comparison = Open(result, task, preset, folder, named);
        var data = ReadData(folder, named, comparison, cancellationToken);
        var training = new RecipeTraining(folder, data, device, CommandLine.Messages);
        training.DeleteLeftovers(comparison);
        AddRecipes(comparison, recipes, training, cancellationToken);
        Save();
        var contenders = Array.ConvertAll(recipes, recipe => comparison.Recipes.Single(stored => stored.Name == recipe.Name));
        if (!TrainRounds(training, comparison, contenders, minutes, seeds, result.GetValue(Halve), Save, cancellationToken))
        {
            CommandLine.Messages.MarkupLine("[yellow]stopped; the same command continues[/]");
            return CommandLine.Stopped;
        }

        if (result.GetValue(CommonOptions.Json))
        {
            JsonOutput.Write(comparison.ToJson());
        }
        else
        {
            Console.Out.Write(ComparisonTable.ToMarkdown(comparison));
        }

        return 0;

        void Save()
        {
            WholeFiles.Write(Path.Combine(folder, StateName), comparison.ToJson().ToJsonString(RunFolder.Json));
            WholeFiles.Write(Path.Combine(folder, TableName), ComparisonTable.ToMarkdown(comparison));
        }
    }

    /// <summary>Trains the runs of all recipes, then of the better half, if asked.</summary>
    /// <returns>Whether all runs are finished; otherwise it was cancelled.</returns>
    private static bool TrainRounds(
        RecipeTraining training, Comparison comparison, Recipe[] contenders, double minutes, int seeds, bool halves, Action save, CancellationToken cancellationToken)
    {
        while (true)
        {
            var runs = Enumerable.Range(1, seeds).SelectMany(seed => contenders.Select(recipe => comparison.GetRun(recipe, minutes, seed))).ToArray();

            WarnOfWarmups(contenders, runs);

            // The run with the fewest evaluations is next, so the recipes take turns.
            while (runs.Where(run => !run.IsFinished).MinBy(run => run.Points.Count) is { } next)
            {
                training.TrainSlice(contenders.Single(recipe => recipe.Name == next.Recipe), next, save, cancellationToken);
                if (cancellationToken.IsCancellationRequested)
                {
                    return false;
                }
            }

            if (!halves || contenders.Length <= 2)
            {
                return true;
            }

            contenders = [.. Comparison.Rank(contenders, runs).Take((contenders.Length + 1) / 2)];
            minutes *= 2;
        }
    }

    private static void WarnOfWarmups(Recipe[] recipes, RecipeRun[] runs)
    {
        foreach (var recipe in recipes)
        {
            var warmup = recipe.Settings.Trainer.WarmupSteps;
            if (runs.FirstOrDefault(run => run.Recipe == recipe.Name && !run.IsFinished && run.Steps <= warmup) is { } run)
            {
                CommandLine.Warn($"{recipe.Name}: expected more steps than the {warmup:N0} of the warm-up, got {run.Steps:N0}; give more --minutes, or set Trainer:WarmupSteps in the recipe.");
            }
        }
    }

    private static IReadOnlyList<string> FindRecipes(ParseResult result)
    {
        var files = SourceFiles.Find(result.GetValue(Recipes)!, ".json");
        foreach (var same in files.GroupBy(NameOf))
        {
            if (same.Count() > 1 || !Recipe.IsName(same.Key))
            {
                throw new UsageException($"recipes: expected files whose names differ and have only letters, digits, '-', '_' and '.', got {string.Join(", ", same)}.");
            }
        }

        return files;
    }

    private static string NameOf(string file) => Path.GetFileNameWithoutExtension(file);

    /// <summary>Reads where the puzzles come from.</summary>
    private static RunData ReadNamed(ParseResult result, ToolTask task)
    {
        if (task is not SudokuToolTask && result.GetValue(Data) is null)
        {
            throw new UsageException("--data: expected the folder of a dataset: only Sudoku puzzles are compared on files, with --train.");
        }

        var data = CommonOptions.ReadData(result, task, Data, Train, Train);
        data.Test = []; // The validation puzzles are drawn.
        return data;
    }

    private static (string Name, RunSettings Settings)[] ReadRecipes(ParseResult result, ToolTask task, string preset, RunData data, IReadOnlyList<string> files, CancellationToken cancellationToken)
    {
        using var puzzles = task.OpenTraining(data, cancellationToken);
        data.IdentifiersHash = puzzles.IdentifiersHash;
        return [.. files.Select(file =>
        {
            var initial = task.CreateSettings(preset, PuzzleSize.Of(puzzles.Examples), data);
            initial.Task = task.Name;
            (initial.Threads, initial.Device, initial.AllowTensorFloat32) = (torch.get_num_threads(), result.GetValue(TorchOptions.Device), result.GetValue(TorchOptions.Tf32));
            var settings = SettingsReader.Read(initial, file, []);
            if (SettingsReader.FindOfOptions(initial, settings) is { } found)
            {
                throw new UsageException($"{file}: expected no {found}, which is the same for all recipes.");
            }

            return (settings.Seed, settings.Trainer.TotalSteps) == (initial.Seed, initial.Trainer.TotalSteps)
                ? (NameOf(file), settings)
                : throw new UsageException($"{file}: expected no Seed and no Trainer:TotalSteps, which --seeds and --minutes decide.");
        })];
    }

    /// <summary>Reads the comparison of a folder, or creates one.</summary>
    private static Comparison Open(ParseResult result, ToolTask task, string preset, string folder, RunData data)
    {
        if (data.Folder.Length > 0)
        {
            CommonOptions.RequireAbsent(result, "with --data", Validate);
        }

        var validation = data.Folder.Length > 0 ? 0 : CommonOptions.Require(result, Validate, 1, 1_000_000);
        var comparison = new Comparison
        {
            Task = task.Name,
            Preset = preset,
            Data = data,
            Validation = validation,
            Threads = torch.get_num_threads(),
            Device = result.GetValue(TorchOptions.Device)!,
            AllowTensorFloat32 = result.GetValue(TorchOptions.Tf32),
        };
        var path = Path.Combine(folder, StateName);
        if (!File.Exists(path))
        {
            return !Directory.Exists(Path.Combine(folder, RecipeTraining.RunsName))
                ? comparison
                : throw new UsageException($"--output: {folder}: expected {StateName} of the runs in the folder, got no such file; choose another folder.");
        }

        var stored = Comparison.Read(path);
        var (held, given) = (Describe(stored), Describe(comparison));
        return held == given ? stored : throw new UsageException($"--output: {folder}: expected the comparison that the folder holds, {held}, got {given}; choose another folder.");

        static string Describe(Comparison comparison) => (comparison with { Recipes = [], Runs = [] }).ToJson().ToJsonString();
    }

    /// <summary>Returns the puzzles of every run: the dataset, or the files of the folder, which are drawn when the comparison starts.</summary>
    private static RunData ReadData(string folder, RunData data, Comparison comparison, CancellationToken cancellationToken)
    {
        if (data.Folder.Length > 0)
        {
            return data;
        }

        var (train, validation) = (Path.Combine(folder, "train.csv"), Path.Combine(folder, "validation.csv"));
        if (comparison.Recipes.Count == 0)
        {
            var puzzles = SudokuFiles.HoldOut(data, comparison.Validation, cancellationToken);
            SudokuCsv.Write(train, puzzles.Training);
            SudokuCsv.Write(validation, puzzles.Validation);
        }

        return new RunData { Train = [train], Test = [validation], Side = data.Side };
    }

    /// <summary>Adds recipes that a comparison does not have, with the time of their steps: the median of several rounds over all of them.</summary>
    private static void AddRecipes(Comparison comparison, IReadOnlyList<(string Name, RunSettings Settings)> recipes, RecipeTraining training, CancellationToken cancellationToken)
    {
        foreach (var (name, settings) in recipes)
        {
            if (comparison.Recipes.Find(recipe => recipe.Name == name) is { } stored && SettingsReader.FindChanges(stored.Settings, settings, isMeasured: true) is { Count: > 0 } changes)
            {
                throw new UsageException($"{name}: expected the settings that the comparison has, got others: {string.Join("; ", changes)}. Use another name or another folder.");
            }
        }

        var added = recipes.Where(recipe => !comparison.Recipes.Exists(stored => stored.Name == recipe.Name)).ToArray();
        var times = Array.ConvertAll(added, _ => new List<double>());
        for (var round = 0; round < TimedRounds; round++)
        {
            for (var recipe = 0; recipe < added.Length; recipe++)
            {
                cancellationToken.ThrowIfCancellationRequested();
                times[recipe].Add(training.MeasureStep(added[recipe].Settings, cancellationToken));
            }
        }

        comparison.Recipes.AddRange(added.Select((recipe, index) => new Recipe(recipe.Name, times[index].Order().ElementAt(TimedRounds / 2), recipe.Settings)));
    }
}
