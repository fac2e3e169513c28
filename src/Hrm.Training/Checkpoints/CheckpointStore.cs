using System.Globalization;
using System.Security.Cryptography;

namespace Hrm.Training;

/// <summary>A checkpoint from which a training was restored.</summary>
/// <param name="Path">Its folder.</param>
/// <param name="Step">Its step.</param>
/// <param name="EvaluatedStep">The step of the last evaluation; 0 before the first.</param>
/// <param name="Damaged">One line per newer checkpoint that could not be used, with its path and problem.</param>
/// <param name="Differences">Settings that differ from those of the checkpoint: they make the run another one.</param>
public sealed record RestoredCheckpoint(
    string Path,
    long Step,
    long EvaluatedStep,
    IReadOnlyList<string> Damaged,
    IReadOnlyList<string> Differences)
{
    internal TrainingRunState State { get; init; } = new();
}

/// <summary>The checkpoints of one training: the last few and the best one.</summary>
/// <remarks>
/// <para>
/// A checkpoint has the complete state of a training: weights, optimizer state, average, carry, generator, position in the
/// data, counters and metrics. On a CPU with the same number of threads, resuming from one gives, bit for bit, the weights of
/// an uninterrupted training.
/// </para>
/// <para>
/// A checkpoint is written beside its name, flushed to the disk and renamed: a killed process or a full disk leaves the
/// earlier ones unchanged. Each file has a SHA-256; a damaged checkpoint is reported, and the one before it is used. Only one
/// process at a time can open a store. Not safe for concurrent use.
/// </para>
/// <para>
/// Each is a folder named by its step. <c>config.json</c> and <c>model.safetensors</c> are the model with the weights in
/// training, <c>training.safetensors</c> the other tensors of the trainer, <c>checkpoint.json</c> settings and counters,
/// <c>SHA256SUMS</c> their checksums.
/// </para>
/// </remarks>
public sealed class CheckpointStore : IDisposable
{
    internal static readonly string[] FileNames = [ModelFolder.ConfigName, ModelFolder.WeightsName, StateName, CheckpointManifest.FileName];

    internal const string NamePrefix = "step-";

    private const string LockName = ".lock";
    private const string StateName = "training.safetensors";

    private readonly int _keep;
    private readonly FileStream _lock;

    private CheckpointStore(string folder, int keep, FileStream @lock)
    {
        Folder = folder;
        _keep = keep;
        _lock = @lock;
    }

    /// <summary>The folder.</summary>
    public string Folder { get; }

    /// <summary>Opens a folder of checkpoints, and removes files that a killed process left half-written.</summary>
    /// <param name="folder">The folder; created if it is missing.</param>
    /// <param name="keep">The number of newest checkpoints to keep, besides the best one; at least 1.</param>
    /// <exception cref="HrmFileException">The folder cannot be used, or another training has it open.</exception>
    public static CheckpointStore Open(string folder, int keep = 3)
    {
        ArgumentException.ThrowIfNullOrEmpty(folder);
        ArgumentOutOfRangeException.ThrowIfNegativeOrZero(keep);
        FileStream? stream = null;
        try
        {
            Directory.CreateDirectory(folder);
            stream = new FileStream(Path.Combine(folder, LockName), FileMode.OpenOrCreate, FileAccess.ReadWrite, FileShare.None);
            StagedFolder.CleanUp(folder);
            return new CheckpointStore(folder, keep, stream);
        }
        catch (Exception exception) when (HrmFileException.IsFileError(exception))
        {
            stream?.Dispose();
            throw new HrmFileException(folder, "could not be opened for checkpoints; is another training using it?", exception);
        }
    }

    /// <summary>The steps of the checkpoints, the newest first, damaged ones included.</summary>
    /// <exception cref="HrmFileException">The folder cannot be read.</exception>
    public IReadOnlyList<long> Steps => [.. List().Select(entry => entry.Step)];

    /// <summary>The folder of a step's checkpoint; <see cref="HrmModel.Load(string, TorchSharp.torch.Device?, TorchSharp.torch.ScalarType?, Func{HrmConfig, HrmModel}?)"/> opens its model.</summary>
    /// <param name="step">The step.</param>
    public string PathOf(long step) => Path.Combine(Folder, NameOf(step));

    /// <summary>
    /// Saves a training, then removes all checkpoints except the last few and the best one. Checkpoints of later steps are removed
    /// too: this training was rolled back from them.
    /// </summary>
    /// <param name="trainer">The trainer, between two steps.</param>
    /// <param name="stream">The source of the batches. Its position and the identity of its data are saved.</param>
    /// <exception cref="HrmFileException">It could not be written; the earlier checkpoints are unchanged.</exception>
    /// <exception cref="ObjectDisposedException">The trainer or its model is disposed.</exception>
    public void Save(HrmTrainer trainer, TrainingStream? stream = null) => Save(trainer, new TrainingRunState(), stream);

    internal static string NameOf(long step) => FormattableString.Invariant($"{NamePrefix}{step:d12}");

    /// <summary>Saves a run. The checkpoint of the step <paramref name="replaced"/> is deleted afterwards.</summary>
    internal void Save(HrmTrainer trainer, TrainingRunState state, TrainingStream? stream = null, long? replaced = null)
    {
        ArgumentNullException.ThrowIfNull(trainer);
        using var use = trainer.Use();
        state = state with { Sums = trainer.Sums, SumSteps = trainer.SummedSteps };
        if (stream is not null)
        {
            state = state with { Position = stream.Position, Skipped = [.. stream.Skipped.OrderBy(it => it.Iteration).ThenBy(it => it.Batch)] };
        }

        Write(trainer, CheckpointManifest.Of(trainer, state, stream is null ? null : DatasetIdentity.Of(stream)));
        Prune(trainer.StepCount, state.BestCheckpoint, replaced);
    }

    /// <summary>Restores trainer and stream from the newest undamaged checkpoint.</summary>
    /// <param name="trainer">A trainer of the same options and model; unchanged if the checkpoint does not fit.</param>
    /// <param name="stream">The source of the batches; compared with that of the checkpoint, and moved to its position.</param>
    /// <returns>The checkpoint; <see langword="null"/> if there is none.</returns>
    /// <exception cref="HrmFormatException">
    /// All checkpoints are damaged; or the newest undamaged one is of another model, trainer or format version, or of data whose
    /// puzzle ids have another meaning.
    /// </exception>
    /// <exception cref="ObjectDisposedException">The trainer or its model is disposed.</exception>
    public RestoredCheckpoint? Restore(HrmTrainer trainer, TrainingStream? stream = null)
    {
        ArgumentNullException.ThrowIfNull(trainer);
        using var use = trainer.Use();
        var damaged = new List<string>();
        foreach (var (step, path) in List())
        {
            try
            {
                ChecksumList.Verify(path, FileNames);
            }
            catch (HrmException exception)
            {
                damaged.Add(exception.Message);
                continue;
            }

            // An undamaged checkpoint that does not fit is an error: an older one must not be used instead.
            var manifest = CheckpointManifest.Read(path);
            if (manifest.Step != step)
            {
                throw new HrmFormatException($"expected step {step}, as the folder is named, got {manifest.Step}", path);
            }

            var data = stream is null ? null : DatasetIdentity.Of(stream);
            data?.RequireSameIds(path, manifest.Data);
            Read(path, trainer, manifest.Run, step);
            trainer.ContinueReplicas(manifest.Replicas);
            stream?.Seek(manifest.Run.Position, manifest.Run.Skipped);
            var differences = manifest.DifferencesTo(CheckpointManifest.Of(trainer, manifest.Run, data));
            return new RestoredCheckpoint(path, step, manifest.Run.EvaluatedStep, damaged, differences) { State = manifest.Run };
        }

        return damaged.Count == 0
            ? null
            : throw new HrmFormatException($"expected an undamaged checkpoint among {damaged.Count}, got none; the newest: {damaged[0]}", Folder);
    }

    /// <summary>Unlocks the folder for other processes.</summary>
    public void Dispose() => _lock.Dispose();

    /// <summary>The step of a folder's name, or -1 if it is not that of a checkpoint.</summary>
    internal static long StepOf(string name)
        => long.TryParse(name.AsSpan(NamePrefix.Length), NumberStyles.None, CultureInfo.InvariantCulture, out var step) && name == NameOf(step) ? step : -1;

    /// <summary>The checkpoints of the folder, the newest first.</summary>
    private (long Step, string Path)[] List() => HrmFileException.Guard<(long, string)[]>(Folder, "could not be read", () =>
    [
        .. Directory.EnumerateDirectories(Folder, NamePrefix + "*")
            .Select(path => (Step: StepOf(Path.GetFileName(path)), path))
            .Where(entry => entry.Step >= 0)
            .OrderByDescending(entry => entry.Step),
    ]);

    /// <summary>A failure is ignored and retried by the next call: the checkpoint was saved.</summary>
    private void Prune(long savedStep, long? best, long? replaced)
    {
        try
        {
            var bySide = List().ToLookup(entry => entry.Step > savedStep || (entry.Step == replaced && entry.Step != savedStep));
            foreach (var (_, path) in bySide[true].Concat(bySide[false].Skip(_keep)).Where(entry => entry.Step != best))
            {
                StagedFolder.Delete(path);
            }
        }
        catch (HrmFileException)
        {
            // As above.
        }
    }

    /// <summary>Writes a folder beside the final name and renames it at the end; an older one of the same step is replaced.</summary>
    private void Write(HrmTrainer trainer, CheckpointManifest manifest) => HrmFileException.Guard(Folder, "a checkpoint could not be written", () =>
    {
        using var staged = StagedFolder.Create(PathOf(manifest.Step));
        trainer.Model.Save(staged.Path);
        using (torch.NewDisposeScope())
        {
            SafetensorsFile.Save(Path.Combine(staged.Path, StateName), TrainerTensors.Of(trainer));
        }

        manifest.Write(staged.Path);
        ChecksumList.Write(staged.Path, FileNames);
        staged.Commit();
    });

    private static void Read(string path, HrmTrainer trainer, TrainingRunState state, long step)
    {
        var file = Path.Combine(path, ModelFolder.ConfigName);
        ModelFolder.RequireConfig(trainer.Model, HrmConfigJson.ReadFile(file), file);
        using var weights = SafetensorsFile.Open(Path.Combine(path, ModelFolder.WeightsName));
        using var tensors = SafetensorsFile.Open(Path.Combine(path, StateName));
        TrainerTensors.Restore(trainer, weights, tensors, step);
        trainer.SetSums(state.Sums, state.SumSteps);
    }
}

/// <summary>
/// The SHA-256 of each file of a folder, in the format of <c>sha256sum</c>, so that <c>sha256sum -c SHA256SUMS</c> verifies it.
/// </summary>
internal static class ChecksumList
{
    public const string FileName = "SHA256SUMS";

    private const int MaxBytes = 1 << 16;

    /// <summary>Writes the checksums of the named files, as they are on the disk.</summary>
    public static void Write(string folder, IEnumerable<string> names)
        => AtomicFile.Write(Path.Combine(folder, FileName), stream =>
        {
            using var writer = new StreamWriter(stream, leaveOpen: true) { NewLine = "\n" };
            foreach (var name in names.Order(StringComparer.Ordinal))
            {
                writer.WriteLine($"{HashOf(Path.Combine(folder, name))}  {name}");
            }
        });

    /// <summary>Verifies that the list has exactly the named files, and the checksum of each.</summary>
    /// <exception cref="HrmException">It has not, or a file has another content.</exception>
    public static void Verify(string folder, IReadOnlyCollection<string> names)
    {
        var path = Path.Combine(folder, FileName);
        var text = SmallTextFile.Read(path, MaxBytes);
        var listed = text.Split('\n', StringSplitOptions.RemoveEmptyEntries).Select(line => line.Split("  ", 2)).ToArray();
        if (!listed.Select(parts => parts[^1]).Order(StringComparer.Ordinal).SequenceEqual(names.Order(StringComparer.Ordinal)))
        {
            throw new HrmFormatException($"expected lines of a SHA-256, two spaces and a name for each of {string.Join(", ", names)}, got others", path);
        }

        foreach (var parts in listed)
        {
            var file = Path.Combine(folder, parts[^1]);
            var actual = HashOf(file);
            if (actual != parts[0])
            {
                throw new HrmFormatException($"damaged: expected SHA-256 {Quote.Text(parts[0])}, got {actual}", file);
            }
        }
    }

    private static string HashOf(string path)
    {
        try
        {
            using var stream = InputFile.OpenStream(path, bufferSize: 1 << 16);
            return stream.Length <= SafetensorsFile.MaxFileBytes
                ? Convert.ToHexStringLower(SHA256.HashData(stream))
                : throw new HrmFileException(path, $"expected at most {SafetensorsFile.MaxFileBytes} bytes, got {stream.Length}");
        }
        catch (Exception exception) when (HrmFileException.IsFileError(exception))
        {
            throw HrmFileException.Unreadable(path, exception);
        }
    }
}
