using Hrm.Core;
using Hrm.Training;
using Spectre.Console;
using TorchSharp;

namespace Hrm.Paper;

/// <summary>
/// The models that figures need: each is trained once, and kept under a name that has a hash of its settings and puzzles, so that
/// whatever changes them makes another one. A training that was stopped resumes from its last checkpoint.
/// </summary>
internal sealed class ModelShelf
{
    /// <summary>Part of every hash: to be raised where the same settings train another model than before.</summary>
    private const int Version = 1;

    private readonly string _root;
    private readonly torch.Device _device;
    private readonly IAnsiConsole _console;
    private readonly CancellationToken _cancellation;
    private readonly Dictionary<string, string> _fingerprints = [];

    public ModelShelf(string root, torch.Device device, IAnsiConsole console, CancellationToken cancellation)
    {
        _root = root;
        _device = device;
        _console = console;
        _cancellation = cancellation;
    }

    /// <summary>Writes how many models are to be trained; a model that several figures share counts once.</summary>
    public void Announce(IEnumerable<TrainingPlan> plans, IReadOnlyList<int> seeds)
    {
        var missing = plans.SelectMany(plan => seeds.Select(seed => FolderOf(plan, seed, out _))).Distinct().Count(folder => ReadResult(folder) is null);
        _console.WriteLine($"{missing:N0} models to train");
    }

    /// <summary>The model of a plan and a seed.</summary>
    public TrainedModel Get(TrainingPlan plan, int seed)
    {
        var folder = FolderOf(plan, seed, out var key);
        var result = ReadResult(folder) ?? Train(plan, seed, folder);

        // The model is what was wanted; its optimizer's state is three times as large.
        if (Directory.Exists(new RunFolder(folder).CheckpointsPath))
        {
            Directory.Delete(new RunFolder(folder).CheckpointsPath, recursive: true);
        }

        return new TrainedModel(plan, seed, folder, key, result.Parameters, result.Seconds, result.Steps);
    }

    private Result Train(TrainingPlan plan, int seed, string path)
    {
        var settings = plan.For(seed);
        SettingsReader.Check(settings);
        settings.Threads = torch.get_num_threads();
        var folder = new RunFolder(path);
        folder.Create();
        using var log = new StreamWriter(Path.Combine(path, "train.log"), append: true) { AutoFlush = true };
        var quiet = AnsiConsole.Create(new AnsiConsoleSettings { Ansi = AnsiSupport.No, Out = new AnsiConsoleOutput(log) });
        var progress = new ConsoleProgress(_console, $"{plan.Name}, seed {seed}: ");
        using var training = new TrainingSession(settings, plan.Source.Task.OpenTraining(settings.Data), plan.Source.OpenTest(), folder, _device, quiet) { Progress = progress };
        var outcome = HasCheckpoint(folder) ? training.Resume(_cancellation) : training.Start(_cancellation);
        _cancellation.ThrowIfCancellationRequested();
        return Keep(settings, folder, outcome);
    }

    private static Result Keep(RunSettings settings, RunFolder folder, TrainingOutcome outcome)
    {
        using var generator = new torch.Generator(1);
        using var model = Architectures.Create(settings.Architecture, settings.Model, generator);
        var result = new Result(model.parameters().Sum(parameter => parameter.numel()), outcome.Trained.TotalSeconds, outcome.Step);
        JsonFiles.Write(ResultPath(folder.Path), result);
        return result;
    }

    private string FolderOf(TrainingPlan plan, int seed, out string key)
    {
        plan.Source.Ensure();
        if (!_fingerprints.TryGetValue(plan.Source.Folder, out var fingerprint))
        {
            _fingerprints[plan.Source.Folder] = fingerprint = plan.Source.Fingerprint();
        }

        // Where puzzles lie makes no other model.
        var settings = plan.For(seed);
        settings.Data = new RunData();
        key = JsonFiles.HashOf(new { Version, fingerprint, settings });
        return Path.Combine(_root, $"{plan.Source.Task.Name}-{settings.Architecture}-s{seed}-{key}".ToLowerInvariant());
    }

    private static bool HasCheckpoint(RunFolder folder) => Directory.Exists(folder.CheckpointsPath) && Directory.EnumerateDirectories(folder.CheckpointsPath, "step-*").Any();

    private static string ResultPath(string folder) => Path.Combine(folder, "trained.json");

    private static Result? ReadResult(string folder) => JsonFiles.Read<Result>(ResultPath(folder));

    private sealed record Result(long Parameters, double Seconds, long Steps);
}

/// <summary>A model of a plan that has been trained.</summary>
/// <param name="Plan">The plan.</param>
/// <param name="Seed">The seed.</param>
/// <param name="Folder">Where it lies.</param>
/// <param name="Key">What it is known again by: settings and puzzles.</param>
/// <param name="Parameters">The number of its trained values.</param>
/// <param name="Seconds">The time that training took.</param>
/// <param name="Steps">The number of steps.</param>
internal sealed record TrainedModel(TrainingPlan Plan, int Seed, string Folder, string Key, long Parameters, double Seconds, long Steps)
{
    /// <summary>Reads it.</summary>
    public HrmModel Load(torch.Device device) => Architectures.Load(Folder, Plan.For(Seed), device, null);
}
