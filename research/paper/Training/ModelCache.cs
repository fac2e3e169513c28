using Hrm.Core;
using Hrm.Training;
using Spectre.Console;
using TorchSharp;

namespace Hrm.Paper;

/// <summary>
/// Trained models of the figures. Each is trained once, and stored under a name with a hash of its settings and puzzles, so that a change of
/// either trains another model. A training that was stopped resumes from its last checkpoint.
/// </summary>
internal sealed class ModelCache(string root, torch.Device device, IAnsiConsole console, CancellationToken cancellation)
{
    /// <summary>A part of every hash. Increase it if the same settings train a different model than before.</summary>
    private const int Version = 1;

    private readonly Dictionary<string, string> _fingerprints = [];

    /// <summary>Writes the number of models to train; a model that several figures share counts once.</summary>
    public void Announce(IEnumerable<TrainingPlan> plans, IReadOnlyList<int> seeds)
    {
        var missing = plans.SelectMany(plan => seeds.Select(seed => FolderOf(plan, seed, out _))).Distinct().Count(folder => ReadResult(folder) is null);
        console.WriteLine($"{missing:N0} models to train");
    }

    /// <summary>The model of a plan and a seed.</summary>
    public TrainedModel Get(TrainingPlan plan, int seed)
    {
        var folder = FolderOf(plan, seed, out var key);
        var result = ReadResult(folder) ?? Train(plan, seed, folder);

        // Only the model is needed. The optimizer's state is three times as large.
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
        Directory.CreateDirectory(folder.Path);
        using var log = new StreamWriter(Path.Combine(path, "train.log"), append: true) { AutoFlush = true };
        var quiet = AnsiConsole.Create(new AnsiConsoleSettings { Ansi = AnsiSupport.No, Out = new AnsiConsoleOutput(log) });
        var progress = new ConsoleProgress(console, $"{plan.Name}, seed {seed}: ");
        using var training = new TrainingSession(settings, plan.Source.Task.OpenTraining(settings.Data), plan.Source.OpenTest(), folder, device, quiet) { Progress = progress };
        var outcome = Directory.Exists(folder.CheckpointsPath) && Directory.EnumerateDirectories(folder.CheckpointsPath, "step-*").Any() ? training.Resume(cancellation) : training.Start(cancellation);
        cancellation.ThrowIfCancellationRequested();
        using var generator = new torch.Generator(1);
        using var model = Architectures.Create(settings.Architecture, settings.Model, generator);
        var result = new Result(model.parameters().Sum(parameter => parameter.numel()), outcome.Trained.TotalSeconds, outcome.Step);
        JsonFiles.Write(ResultPath(path), result);
        return result;
    }

    private string FolderOf(TrainingPlan plan, int seed, out string key)
    {
        plan.Source.Ensure();
        if (!_fingerprints.TryGetValue(plan.Source.Folder, out var fingerprint))
        {
            _fingerprints[plan.Source.Folder] = fingerprint = plan.Source.Fingerprint();
        }

        // The same puzzles in another folder are the same model.
        var settings = plan.For(seed);
        settings.Data = new RunData();
        key = JsonFiles.HashOf(new { Version, fingerprint, settings });
        return Path.Combine(root, $"{plan.Source.Task.Name}-{settings.Architecture}-s{seed}-{key}".ToLowerInvariant());
    }

    private static string ResultPath(string folder) => Path.Combine(folder, "trained.json");

    private static Result? ReadResult(string folder) => JsonFiles.Read<Result>(ResultPath(folder));

    private sealed record Result(long Parameters, double Seconds, long Steps);
}

/// <summary>A trained model of a plan.</summary>
/// <param name="Plan">The plan.</param>
/// <param name="Seed">The seed.</param>
/// <param name="Folder">The folder of its run.</param>
/// <param name="Key">The hash of its settings and puzzles.</param>
/// <param name="Parameters">The number of its parameters.</param>
/// <param name="Seconds">The time of its training.</param>
/// <param name="Steps">The number of steps.</param>
internal sealed record TrainedModel(TrainingPlan Plan, int Seed, string Folder, string Key, long Parameters, double Seconds, long Steps)
{
    public HrmModel Load(torch.Device device) => Architectures.Load(Folder, Plan.For(Seed), device, null);
}
