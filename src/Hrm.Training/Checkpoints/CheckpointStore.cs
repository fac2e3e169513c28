using Hrm.Core;

namespace Hrm.Training;

/// <summary>A checkpoint from which a training was restored.</summary>
/// <param name="Path">Its folder.</param>
/// <param name="Step">Its step.</param>
/// <param name="State">The state of the run.</param>
/// <param name="Damaged">One line per newer checkpoint that could not be used, with its path and problem.</param>
/// <param name="Differences">Settings that differ from those of the checkpoint: they make the run another one.</param>
public sealed record RestoredCheckpoint(
    string Path,
    long Step,
    TrainingRunState State,
    IReadOnlyList<string> Damaged,
    IReadOnlyList<string> Differences);

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
/// </remarks>
public sealed class CheckpointStore : IDisposable
{
    private const string LockName = ".lock";

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
    public IReadOnlyList<long> Steps => [.. CheckpointFolder.List(Folder).Select(entry => entry.Step)];

    /// <summary>The folder of a step's checkpoint; <see cref="HrmModel.Load(string, TorchSharp.torch.Device?, TorchSharp.torch.ScalarType?)"/> opens its model.</summary>
    /// <param name="step">The step.</param>
    public string PathOf(long step) => Path.Combine(Folder, CheckpointFolder.NameOf(step));

    /// <summary>
    /// Saves a training, then removes checkpoints: all except the last few and <see cref="TrainingRunState.BestCheckpoint"/>, and
    /// those of later steps, from which this training was rolled back.
    /// </summary>
    /// <param name="trainer">The trainer, between two steps.</param>
    /// <param name="state">The state of the run.</param>
    /// <param name="stream">The source of the batches; its identity is saved, so that other data is noticed.</param>
    /// <exception cref="HrmFileException">It could not be written; the earlier checkpoints are unchanged.</exception>
    /// <exception cref="ObjectDisposedException">The trainer or its model is disposed.</exception>
    public void Save(HrmTrainer trainer, TrainingRunState state, TrainingStream? stream = null)
    {
        ArgumentNullException.ThrowIfNull(trainer);
        ArgumentNullException.ThrowIfNull(state);
        using var use = trainer.Use();
        CheckpointFolder.Write(Folder, trainer, CheckpointManifest.Of(trainer, state, stream is null ? null : DatasetIdentity.Of(stream)));
        CheckpointFolder.Prune(Folder, trainer.StepCount, _keep, state.BestCheckpoint);
    }

    /// <summary>Restores a trainer from the newest undamaged checkpoint.</summary>
    /// <param name="trainer">A trainer of the same options and model; unchanged if the checkpoint does not fit.</param>
    /// <param name="stream">The source of the batches, to be compared with that of the checkpoint.</param>
    /// <returns>The checkpoint; <see langword="null"/> if there is none.</returns>
    /// <exception cref="CheckpointException">
    /// All checkpoints are damaged; or the newest undamaged one is of another model, trainer or format version, or of data whose
    /// puzzle ids have another meaning.
    /// </exception>
    /// <exception cref="ObjectDisposedException">The trainer or its model is disposed.</exception>
    public RestoredCheckpoint? Restore(HrmTrainer trainer, TrainingStream? stream = null)
    {
        ArgumentNullException.ThrowIfNull(trainer);
        using var use = trainer.Use();
        var damaged = new List<string>();
        foreach (var (step, path) in CheckpointFolder.List(Folder))
        {
            try
            {
                ChecksumList.Verify(path, CheckpointFolder.FileNames);
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
                throw new CheckpointException(path, $"expected step {step}, as the folder is named, got {manifest.Step}");
            }

            var data = stream is null ? null : DatasetIdentity.Of(stream);
            data?.RequireSameIds(path, manifest.Data);
            CheckpointFolder.Restore(path, trainer, manifest);
            var present = CheckpointManifest.Of(trainer, manifest.Run, data);
            return new RestoredCheckpoint(path, step, manifest.Run, damaged, manifest.DifferencesTo(present));
        }

        return damaged.Count == 0
            ? null
            : throw new CheckpointException(Folder, $"expected an undamaged checkpoint among {damaged.Count}, got none; the newest: {damaged[0]}");
    }

    /// <summary>Unlocks the folder for other processes.</summary>
    public void Dispose() => _lock.Dispose();
}
