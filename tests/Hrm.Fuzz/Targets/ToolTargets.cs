using System.Text;
using Hrm.Core;
using Hrm.Puzzles;
using Hrm.Tool;
using Hrm.Training;
using Spectre.Console;
using TorchSharp;
using static Hrm.Fuzz.FuzzTarget;

namespace Hrm.Fuzz.Targets;

/// <summary>Command lines and folders of the tool.</summary>
internal static class ToolTargets
{
    private static readonly SudokuTask Sudoku = new(SudokuShape.Four);

    /// <summary>Arguments and settings of the tool, read as a command does before its work.</summary>
    public static FuzzTarget Arguments()
    {
        const string argumentsName = "arguments.txt";
        const string settingsName = "settings.json";
        var root = HrmCommand.Create();
        var settingsFile = FuzzSeed.Of(settingsName, Tool.RunFolder.ToJson(Preset()).ToJsonString());
        return new FuzzTarget
        {
            Seeds =
            [
                Seed("train sudoku --train a.csv b.csv --test c.csv --output run --steps 3 --set Trainer:LearningRate=0.1 --set Data:Train=[\"x.csv\"] --config settings.json --threads 2"),
                Seed("train maze --resume run --set Augmentation:HintProbability=0 --allow-changes --device cuda:0 --tf32"),
                Seed("compare sudoku a.json b --train c.csv --validate 5 --minutes 2.5 --seeds 3 --halve --output out --json"),
                Seed("train arc --data folder --output run --init other --new-ids --freeze H_level all --modules own.dll"),
                Seed("evaluate arc --model run --data folder --submission file --depths --segments 8 --dtype float32"),
                Seed("evaluate sudoku --model run --test file --search 300 --json"),
                Seed("solve sudoku ..... --model run --segments 2 --think hard --adaptive"),
                Seed("solve maze - --model run --file a b --json --csv --skip-bad"),
                Seed("data sudoku build --count 9 --test-count 2 --givens 30 --seed -5 --output out --min-guesses 2 --min-difficulty 0.5"),
                Seed("data arc build --source a --source b --test-from c d --skip-bad --augment 3 --output out"),
                Seed("solve arc a b --model run --data folder --submission file --json --skip-bad --segments 2"),
                Seed("evaluate submission file --source a b --json"),
                Seed("export --model run --output out --dtype bfloat16"),
            ],
            Tokens =
            [
                "--set", "--config", "--train", "--output", "--threads", "\n", "=", ":", "-", "--", "@/dev/zero", "NaN", "Infinity", "2000000000", "null", "true", "[diagram]",
                "Trainer:LearningRate=", "Trainer:Halting:MaxSegments=", "Model:HiddenSize=", "Data:Train=[", "Threads=", "Gradient=", "Run:Patience=", "Seed=",
            ],
            Read = folder =>
            {
                var args = Encoding.UTF8.GetString(File.ReadAllBytes(Path.Combine(folder, argumentsName))).Split('\n');
                var result = CommandLine.Parse(root, args);
                var sets = result.CommandResult.Command.Options.Any(option => option.Name == "--set") ? result.GetValue<string[]>("--set") ?? [] : [];
                var preset = Preset();
                var settings = SettingsReader.Read(preset, Path.Combine(folder, settingsName), sets);
                SettingsReader.FindChanges(preset, settings);
                Require(SettingsReader.FindChanges(settings, SettingsReader.Read(settings, null, [])).Count == 0, "settings that were read are written unchanged");
            },
        };

        FuzzSeed Seed(string arguments) => new(
            FuzzSeed.Of(argumentsName, arguments.Replace(' ', '\n')).Files.Concat(settingsFile.Files).ToDictionary(),
            [argumentsName, settingsName]);

        static RunSettings Preset() => new()
        {
            Model = HrmPresets.Tiny(16, 6),
            Data = new RunData { Train = ["a.csv", "b.csv"], Test = ["c.csv"] },
        };
    }

    /// <summary>A complete run of the tool: settings, model and checkpoints, as <c>train --resume</c> and <c>evaluate</c> read them first.</summary>
    public static FuzzTarget RunFolder() => new()
    {
        Seeds = [FuzzSeed.Written(Train).More("run.json", "run.json", "run.json", "config.json")],
        Tokens =
        [
            "Task", "Model", "Trainer", "Data", "Threads", "Device", "Seed", "Run", "hidden_size", "seq_len", "vocab_size", "forward_dtype", "step", "format_version", "null", "NaN",
            "2000000000", "/dev/zero", "sudoku", "maze", "arc", "Hrm", "Direct", "Shared", "Recurrent", "OneStep", "FullUnroll",
        ],
        Repair = TrainingTargets.RepairChecksums,
        Read = folder =>
        {
            var run = new RunFolder(folder);
            var settings = run.ReadSettings(ToolTask.Of("sudoku"));
            using (var model = Architectures.Load(folder, settings, torch.CPU, null))
            {
                Require(model.Config.VocabularySize > 0, "a model is read, or refused");
            }

            using var store = CheckpointStore.Open(run.CheckpointsPath);
            Architectures.RequireRoom(settings, store.Steps.Select(store.PathOf));
            using var generator = new torch.Generator((ulong)settings.Seed);
            using var resumed = Architectures.Create(settings.Architecture, settings.Model, generator);
            using var trainer = new HrmTrainer(resumed, settings.Trainer, generator);
            Require(store.Restore(trainer) is not null, "a checkpoint is restored, or refused");
        },
    };

    /// <summary>The state of <c>compare</c>, and the table that is written from it.</summary>
    public static FuzzTarget Compared()
    {
        const string name = "comparison.json";
        var settings = new RunSettings { Model = TinyModel.Config, Data = new RunData() };
        var comparison = new Comparison { Task = "sudoku", Preset = "tiny", Data = new RunData { Train = ["a.csv"] }, Validation = 5, Threads = 1, Device = "cpu", AllowTensorFloat32 = false, Recipes = [new Recipe("a", 0.5, settings), new Recipe("b", 0.1, settings)] };
        foreach (var recipe in comparison.Recipes)
        {
            var run = comparison.GetRun(recipe, 1, 1);
            run.Add(new RunPoint(2, 8, 0.5, 0.25, new() { [ListNames.All] = [0, 0.5, 1], ["list"] = [0, 0, 0] }));
            run.IsFinished = true;
        }

        return OfFile(
            name,
            [FuzzSeed.Of(name, comparison.ToJson().ToJsonString())],
            ["Recipes", "Runs", "Points", "Exact", "all", "Settings", "Seed", "Steps", "null", "[]", "{}", "1e308", "-1", "2000000000"],
            path => Require(ComparisonTable.ToMarkdown(Comparison.Read(path)).Length > 0, "a comparison is read, or refused"));
    }

    private static void Train(string folder)
    {
        var settings = new RunSettings
        {
            Model = TinyModel.Config with { SequenceLength = Sudoku.SequenceLength, VocabularySize = Sudoku.VocabularySize, PuzzleEmbeddingWidth = 0, PuzzleIdCount = 1 },
            Trainer = { TotalSteps = 1, WarmupSteps = 0, GlobalBatchSize = 2, Halting = { MaxSegments = 1 } },
            Evaluations = 1,
        };
        var quiet = AnsiConsole.Create(new AnsiConsoleSettings { Out = new AnsiConsoleOutput(TextWriter.Null) });
        using (var training = new TrainingSession(settings, Puzzles(), Puzzles(), new RunFolder(folder), torch.CPU, quiet))
        {
            training.Start(CancellationToken.None);
        }

        // Its contents change with the clock, so it is not part of a seed.
        Directory.Delete(Path.Combine(folder, "tensorboard"), recursive: true);
    }

    private static NamedDataset Puzzles()
    {
        var puzzles = new SudokuGenerator(SudokuShape.Four, new StatefulRandom(1)).NextDistinctPuzzles(2, 8);
        return new NamedDataset(new InMemoryPuzzleDataset(puzzles.Select(Sudoku.ToExample), Sudoku.VocabularySize), [], []);
    }
}
