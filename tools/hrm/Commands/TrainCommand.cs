using System.CommandLine;
using Hrm.Training;
using Spectre.Console;
using TorchSharp;

namespace Hrm.Tool;

/// <summary><c>train TASK</c>: starts a run, or resumes one.</summary>
internal static class TrainCommand
{
    private static readonly Option<string?> Data = CommonOptions.Data();
    private static readonly Option<string[]> Train = CommonOptions.Files("--train", "Training puzzles instead of --data: one or more CSV files.");
    private static readonly Option<string[]> Test = CommonOptions.Files("--test", "Test puzzles instead of --data: one or more CSV files.");
    private static readonly Option<string?> Output = new("--output") { Description = "The folder to write the run to." };
    private static readonly Option<string?> ResumeFrom = new("--resume") { Description = "The folder of a run to resume from its last checkpoint, with its settings and files." };
    private static readonly Option<string?> Init = new("--init") { Description = "The folder of a model of the same sizes, a run's or an export's, to start with its weights." };
    private static readonly Option<double?> Minutes = new("--minutes") { Description = "Training time; converted to a number of steps at the start." };
    private static readonly Option<long?> Steps = new("--steps") { Description = "The number of steps, instead of --minutes." };
    private static readonly Option<long?> Epochs = new("--epochs") { Description = "The number of epochs, instead of --minutes: the paper trains 20,000 on Sudoku and mazes, 100,000 on ARC." };
    private static readonly Option<string?> Config = new("--config") { Description = "A JSON file of settings that replace those of the preset." };
    private static readonly Option<string[]> Set = new("--set") { Description = "A setting that replaces that of preset and file: KEY=VALUE, for instance Trainer:LearningRate=0.001; may be repeated." };
    private static readonly Option<bool> AllowChanges = new("--allow-changes") { Description = "With --resume: accept settings that differ from those of the run and change its result." };
    private static readonly Option<int> Side = CommonOptions.Side();
    private static readonly Option<string> Device = CommonOptions.Device();
    private static readonly Option<string?> Dtype = CommonOptions.Dtype();
    private static readonly Option<bool> Tf32 = CommonOptions.Tf32();
    private static readonly Option<int?> Threads = CommonOptions.Threads();

    public static Command Create()
    {
        var train = new Command("train", "Train a model.");
        foreach (var task in ToolTask.All)
        {
            train.Add(Create(task));
        }

        return train;
    }

    private static Command Create(ToolTask task)
    {
        var preset = new Option<string?>("--preset") { Description = $"Config and training options: {string.Join(", ", task.Presets)}. Default {task.Presets[0]}." };
        var command = new Command(task.Name, $"Train on {task.Puzzles}, or resume a run.") { Data, Output, ResumeFrom, Init, preset, Minutes, Steps, Epochs, Config, Set, AllowChanges, Device, Dtype, Tf32, Threads };
        if (task is SudokuToolTask)
        {
            command.Add(Train);
            command.Add(Test);
            command.Add(Side);
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
        var data = CommonOptions.ReadData(result, task, Data, Train, Test, Side);
        var folder = new RunFolder(result.GetValue(Output) ?? throw new LabException("--output: expected the folder that takes the run."));
        var training = task.OpenTraining(data);
        var initial = task.CreateSettings(preset, PuzzleSize.Of(training.Examples), data);
        (initial.Task, initial.Data) = (task.Name, data);
        var settings = SettingsReader.Read(initial, result.GetValue(Config), result.GetValue(Set) ?? []);
        SettingsReader.RequireSame(initial, settings);
        settings.Model = settings.Model with { ForwardDtype = CommonOptions.ReadDtype(result.GetValue(Dtype)) ?? settings.Model.ForwardDtype };
        settings.InitialWeights = result.GetValue(Init) ?? settings.InitialWeights;
        settings.Data.IdentifiersHash = training.IdentifiersHash;
        if (settings.InitialWeights.Length > 0 && training.Examples.PuzzleIdCount > 1 && RunFolder.OfModel(settings.InitialWeights) is { } initialized)
        {
            training.RequireIdsOf(initialized.ReadSettings().Data, settings.InitialWeights);
        }

        var device = CommonOptions.Apply(result.GetValue(Device)!, result.GetValue(Threads), result.GetValue(Tf32));
        settings.Threads = torch.get_num_threads();
        (settings.Device, settings.AllowTensorFloat32) = (result.GetValue(Device), result.GetValue(Tf32));
        using var run = new TrainingSession(settings, training, task.OpenTest(data), folder, device, AnsiConsole.Console);
        run.Plan(result.GetValue(Minutes), result.GetValue(Steps), result.GetValue(Epochs));
        return CodeOf(run.Start(cancellationToken), task, folder);
    }

    private static int Resume(ParseResult result, ToolTask task, Option<string?> preset, string path, CancellationToken cancellationToken)
    {
        var folder = new RunFolder(path);
        if (result.GetValue(Output) is { } output && Path.GetFullPath(output) != Path.GetFullPath(path))
        {
            throw new LabException($"--resume: a run is resumed in its own folder: expected no --output or {path}, got {output}.");
        }

        Option[] ofStart = [Data, Train, Test, Init, preset, Minutes, Steps, Epochs, Side, Dtype];
        var ignored = ofStart.Where(option => result.GetResult(option) is { Implicit: false }).Select(option => option.Name).ToArray();
        if (ignored.Length > 0)
        {
            CommandLine.Errors.MarkupLineInterpolated($"[yellow]{string.Join(", ", ignored)}: ignored: a resumed run keeps the values that it was started with[/]");
        }

        var settings = Resumed(result, folder.ReadSettings(task));
        var device = CommonOptions.Apply(settings.Device!, settings.Threads > 0 ? settings.Threads : null, settings.AllowTensorFloat32);
        using var run = new TrainingSession(settings, task.OpenTraining(settings.Data), task.OpenTest(settings.Data), folder, device, AnsiConsole.Console);
        return CodeOf(run.Resume(cancellationToken), task, folder);
    }

    /// <summary>The settings of a run with the changes that were asked for.</summary>
    /// <exception cref="LabException">They would give another result than the run's, and --allow-changes is not given.</exception>
    public static RunSettings Resumed(ParseResult result, RunSettings run)
    {
        var settings = SettingsReader.Read(run, result.GetValue(Config), result.GetValue(Set) ?? []);
        settings.Threads = result.GetValue(Threads) ?? settings.Threads;
        settings.Device = result.GetResult(Device) is { Implicit: false } ? result.GetValue(Device) : settings.Device ?? result.GetValue(Device);
        settings.AllowTensorFloat32 = result.GetResult(Tf32) is { Implicit: false } ? result.GetValue(Tf32) : settings.AllowTensorFloat32;
        SettingsReader.Check(settings);

        // A run that did not record its device may be resumed anywhere.
        run.Device ??= settings.Device;
        var changes = SettingsReader.FindChanges(run, settings);
        if (changes.Count > 0 && !result.GetValue(AllowChanges))
        {
            throw new LabException($"--resume: expected the settings of the run, got others, which would change its result: {string.Join("; ", changes)}. Leave them out, or add --allow-changes.");
        }

        foreach (var change in changes)
        {
            CommandLine.Errors.MarkupLineInterpolated($"[yellow]differs from the interrupted run: {change}[/]");
        }

        return settings;
    }

    private static int CodeOf(TrainingOutcome outcome, ToolTask task, RunFolder folder)
    {
        if (outcome.Reason != StopReason.Cancelled)
        {
            return 0;
        }

        AnsiConsole.Console.MarkupLineInterpolated($"[yellow]stopped after step {outcome.Step:N0}; resume with: train {task.Name} --resume {folder.Path}[/]");
        return CommandLine.Stopped;
    }
}
