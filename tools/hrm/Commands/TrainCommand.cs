using System.CommandLine;
using System.Text.Json.Nodes;
using Hrm.Puzzles;
using Hrm.Training;
using Spectre.Console;
using TorchSharp;

namespace Hrm.Tool;

/// <summary><c>train TASK</c>: starts or resumes a run.</summary>
internal static class TrainCommand
{
    private static readonly Option<string?> Data = new("--data") { Description = "The folder of a dataset, as `data … build` writes it." };
    private static readonly Option<string[]> Train = CommonOptions.Files("--train", "Training puzzles instead of --data: one or more files, CSV or text.");
    private static readonly Option<string[]> Test = CommonOptions.Files("--test", "Test puzzles instead of --data: one or more files, CSV or text.");
    private static readonly Option<int?> Generate = new("--generate") { Description = "The number of training mazes to generate while training, of the size of the test mazes, instead of --train; 1,000,000 is as good as without end." };
    private static readonly Option<int> MinPath = new("--min-path") { Description = "With --generate: the minimum number of path cells, including start and goal.", DefaultValueFactory = _ => 2 };
    private static readonly Option<int?> MaxPath = new("--max-path") { Description = "With --generate: the maximum number of path cells; three times the side by default. Every number is equally frequent." };
    private static readonly Option<string?> Output = new("--output") { Description = "The folder to write the run to." };
    private static readonly Option<string?> ResumeFrom = new("--resume") { Description = "The folder of a run to resume from its last checkpoint, with its settings and files." };
    private static readonly Option<string?> Init = new("--init") { Description = "A model to start with: a run, an export, a saved model or a checkpoint of the authors' code, of puzzles of the same size; with convolutions of any size." };
    private static readonly Option<bool> NewIds = new("--new-ids") { Description = "With --init: replace the puzzle embedding by a new one for the ids of the data." };
    private static readonly Option<string[]> Freeze = CommonOptions.Files("--freeze", "Parameters that do not change, by the beginnings of their names, such as H_level or lm_head; all: train only the puzzle embedding.");
    private static readonly Option<double?> Minutes = new("--minutes") { Description = "The training time; it is converted to a number of steps at the start." };
    private static readonly Option<long?> Steps = new("--steps") { Description = "The number of steps, instead of --minutes." };
    private static readonly Option<long?> Epochs = new("--epochs") { Description = "The number of epochs, instead of --minutes; in the paper 20,000 on Sudoku and mazes, 100,000 on ARC." };
    private static readonly Option<string?> Config = new("--config") { Description = "A JSON file of settings that replace those of the preset." };
    private static readonly Option<string[]> Set = new("--set") { Description = "A setting that replaces that of preset and file: KEY=VALUE, for example Trainer:LearningRate=0.001. Can be repeated." };
    private static readonly Option<bool> AllowChanges = new("--allow-changes") { Description = "With --resume: accept settings that differ from those of the run and change its result." };

    public static Command Create(ToolTask task)
    {
        var preset = new Option<string?>("--preset") { Description = $"Config and training options: {string.Join(", ", task.Presets)}. Default {task.Presets[0]}. With --init, the config is that of the model." };
        preset.CompletionSources.Add([.. task.Presets]);
        var command = new Command(task.Name, $"Train on {task.Puzzles}, or resume a run.")
        {
            Data, Output, ResumeFrom, Init, NewIds, Freeze, CommonOptions.Modules, preset, Minutes, Steps, Epochs, Config, Set, AllowChanges,
            CommonOptions.Json, TorchOptions.Device, TorchOptions.Dtype, TorchOptions.Tf32, TorchOptions.Threads,
        };
        CommonOptions.AddFiles(command, task, Train, Test);
        if (task is MazeToolTask)
        {
            command.Add(Generate);
            command.Add(MinPath);
            command.Add(MaxPath);
        }

        command.SetAction((result, cancellationToken) => Task.Run(
            () => result.GetValue(ResumeFrom) is { } folder
                ? Resume(result, task, preset, folder, cancellationToken)
                : Start(result, task, result.GetValue(preset) ?? task.Presets[0], cancellationToken),
            CancellationToken.None));
        return command;
    }

    private static int Start(ParseResult result, ToolTask task, string preset, CancellationToken cancellationToken)
    {
        CommonOptions.RequireAbsent(result, "without --resume", AllowChanges);
        var data = CommonOptions.ReadData(result, task, Data, Train, Test);
        ReadGenerated(result, data);
        var folder = new RunFolder(result.GetValue(Output) ?? throw new UsageException("--output: expected the folder to write the run to."));
        var training = task.OpenTraining(data, cancellationToken);
        var initial = task.CreateSettings(preset, PuzzleSize.Of(training.Examples), data);
        var modules = CommonOptions.ReadModules(result);
        (initial.Task, initial.Data) = (task.Name, data);
        (initial.NewIds, initial.Frozen) = (result.GetValue(NewIds), result.GetValue(Freeze) is { Length: > 0 } frozen ? frozen : null);
        if (result.GetValue(Init) is { } model)
        {
            initial.InitialWeights = model;
            ModelSource.Open(model, modules).Initialize(initial, training);
        }
        else
        {
            CommonOptions.RequireAbsent(result, "without --init", NewIds);
        }

        var settings = SettingsReader.Read(initial, result.GetValue(Config), result.GetValue(Set) ?? []);
        SettingsReader.RequireSame(initial, settings);
        if (modules is not null && settings.Architecture != Architecture.Hrm)
        {
            throw new UsageException($"--modules: expected the architecture {Architecture.Hrm}, whose modules the assembly creates, got {settings.Architecture}.");
        }

        settings.Model = settings.Model with
        {
            ForwardDtype = TorchOptions.ReadDtype(result.GetValue(TorchOptions.Dtype)) ?? settings.Model.ForwardDtype,
            Modules = settings.Model.Modules ?? modules?.Kind,
        };
        settings.Data.IdentifiersHash = training.IdentifiersHash;
        var device = TorchOptions.Apply(result);
        settings.Threads = torch.get_num_threads();
        (settings.Device, settings.AllowTensorFloat32) = (result.GetValue(TorchOptions.Device), result.GetValue(TorchOptions.Tf32));
        using var run = new TrainingSession(settings, training, task.OpenTest(data, cancellationToken), folder, device, ResultsOf(result)) { Messages = CommandLine.Messages, Modules = modules };
        run.Plan(result.GetValue(Minutes), result.GetValue(Steps), result.GetValue(Epochs));
        return Finish(result, run.Start(cancellationToken), task, folder);
    }

    /// <summary>Reads the options of generated training mazes.</summary>
    private static void ReadGenerated(ParseResult result, RunData data)
    {
        if (result.GetValue(Generate) is null)
        {
            CommonOptions.RequireAbsent(result, "without --generate", MinPath, MaxPath);
            return;
        }

        CommonOptions.RequireAbsent(result, "with --generate", Train);
        data.Generated = CommonOptions.Require(result, Generate, 1, 100_000_000);
        data.MinPath = CommonOptions.Require(result, MinPath, 2, MazeShape.MaximumSide * MazeShape.MaximumSide);
        data.MaxPath = result.GetValue(MaxPath) is null ? 0 : CommonOptions.Require(result, MaxPath, data.MinPath, MazeShape.MaximumSide * MazeShape.MaximumSide);
    }

    private static int Resume(ParseResult result, ToolTask task, Option<string?> preset, string path, CancellationToken cancellationToken)
    {
        var folder = new RunFolder(path);
        if (result.GetValue(Output) is { } output && Path.GetFullPath(output) != Path.GetFullPath(path))
        {
            throw new UsageException($"--resume: expected no --output or {path}, as a run is resumed in its own folder, got {output}.");
        }

        var ignored = CommonOptions.Given(result, Data, Train, Test, Generate, MinPath, MaxPath, Init, NewIds, Freeze, preset, Minutes, Steps, Epochs, CommonOptions.Side, CommonOptions.SkipBad, TorchOptions.Dtype);
        if (ignored.Length > 0)
        {
            CommandLine.Warn($"{ignored}: ignored: a resumed run keeps the values that it was started with");
        }

        var recorded = folder.ReadSettings(task);
        var modules = CommonOptions.ReadModules(result);
        OwnModules.RequireFor(recorded.Model, path, modules);
        var settings = Resumed(result, recorded);
        var device = TorchOptions.Apply(settings.Device!, settings.Threads > 0 ? settings.Threads : null, settings.AllowTensorFloat32);
        using var run = new TrainingSession(settings, task.OpenTraining(settings.Data, cancellationToken), task.OpenTest(settings.Data, cancellationToken), folder, device, ResultsOf(result)) { Messages = CommandLine.Messages, Modules = modules };
        return Finish(result, run.Resume(cancellationToken), task, folder);
    }

    /// <summary>Applies the requested changes to the settings of a run.</summary>
    /// <exception cref="UsageException">The changes would change the result of the run, and --allow-changes is not given.</exception>
    public static RunSettings Resumed(ParseResult result, RunSettings run)
    {
        var settings = SettingsReader.Read(run, result.GetValue(Config), result.GetValue(Set) ?? []);
        settings.Threads = result.GetValue(TorchOptions.Threads) ?? settings.Threads;
        if (settings.Device is null || CommonOptions.Given(result, TorchOptions.Device).Length > 0)
        {
            settings.Device = result.GetValue(TorchOptions.Device);
        }

        if (CommonOptions.Given(result, TorchOptions.Tf32).Length > 0)
        {
            settings.AllowTensorFloat32 = result.GetValue(TorchOptions.Tf32);
        }

        SettingsReader.Check(settings);

        // A run that did not record its device can be resumed on any.
        run.Device ??= settings.Device;
        var changes = SettingsReader.FindChanges(run, settings);
        if (changes.Count > 0 && !result.GetValue(AllowChanges))
        {
            throw new UsageException($"--resume: expected the settings of the run, got others, which would change its result: {string.Join("; ", changes)}. Leave them out, or add --allow-changes.");
        }

        foreach (var change in changes)
        {
            CommandLine.Warn($"differs from the interrupted run: {change}");
        }

        return settings;
    }

    /// <summary>The console of the evaluations: the standard output, unless it has the JSON.</summary>
    private static IAnsiConsole ResultsOf(ParseResult result) => result.GetValue(CommonOptions.Json) ? CommandLine.Messages : AnsiConsole.Console;

    private static int Finish(ParseResult result, TrainingOutcome outcome, ToolTask task, RunFolder folder)
    {
        if (result.GetValue(CommonOptions.Json))
        {
            JsonOutput.Write(new JsonObject
            {
                ["task"] = task.Name,
                ["run"] = folder.Path,
                ["reason"] = outcome.Reason.ToString(),
                ["step"] = outcome.Step,
                ["seconds"] = outcome.Trained.TotalSeconds,
                ["best_accuracy"] = JsonOutput.Number(outcome.BestExactAccuracy),
                ["best_step"] = outcome.BestStep,
            });
        }

        if (outcome.Reason != StopReason.Cancelled)
        {
            return 0;
        }

        CommandLine.Messages.MarkupLineInterpolated($"[yellow]stopped after step {outcome.Step:N0}; resume with: train {task.Name} --resume {folder.Path}[/]");
        return CommandLine.Stopped;
    }
}
