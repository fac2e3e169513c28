using Hrm.Core;

namespace Hrm.Training;

/// <summary>The checkpoints of one training: the last few and the best one.</summary>
/// <remarks>
/// <para>
/// A checkpoint holds everything that decides how the training goes on: weights, optimizer state, average, carry, generator,
/// the place in the data, counters and measures. Going on from one gives, bit for bit on a CPU with the same number of
/// threads, the weights of the training that was never interrupted.
/// </para>
/// <para>
/// A checkpoint is written beside its name, flushed to the disk and renamed, so a process that is killed or a disk that is
/// full leaves the earlier ones as they were. Each file has its SHA-256 beside it; a damaged checkpoint is reported, and the
/// one before it is used. One process at a time has a store open. Not safe for concurrent use.
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

    /// <summary>Opens a folder of checkpoints, and removes what a killed process left half-written.</summary>
    /// <param name="folder">The folder; made where it is missing.</param>
    /// <param name="keep">The number of newest checkpoints to keep, besides the best one; at least 1.</param>
    /// <exception cref="HrmFileException">The folder cannot be used, or another training has it open.</exception>
    public static CheckpointStore Open(string folder, int keep = 3)
    {
        ArgumentException.ThrowIfNullOrEmpty(folder);
        ArgumentOutOfRangeException.ThrowIfNegativeOrZero(keep);
        try
        {
            Directory.CreateDirectory(folder);
            var stream = new FileStream(Path.Combine(folder, LockName), FileMode.OpenOrCreate, FileAccess.ReadWrite, FileShare.None);
            CheckpointFolder.RemoveLeftovers(folder);
            return new CheckpointStore(folder, keep, stream);
        }
        catch (Exception exception) when (HrmFileException.IsFileError(exception))
        {
            throw new HrmFileException(folder, "could not be opened for checkpoints; is another training using it?", exception);
        }
    }

    /// <summary>The steps of the checkpoints that are there, the newest first; damaged ones are among them.</summary>
    public IReadOnlyList<long> Steps => [.. CheckpointFolder.List(Folder).Select(entry => entry.Step)];

    /// <summary>Saves a training, then removes the checkpoints that are no longer to be kept.</summary>
    /// <param name="trainer">The trainer, between two steps.</param>
    /// <param name="state">What the run knows.</param>
    /// <param name="stream">Where the training reads from; its identity is saved, so that other data is noticed.</param>
    /// <exception cref="HrmFileException">It could not be written; the earlier checkpoints are as they were.</exception>
    public void Save(HrmTrainer trainer, TrainingRunState state, TrainingStream? stream = null)
    {
        ArgumentNullException.ThrowIfNull(trainer);
        ArgumentNullException.ThrowIfNull(state);
        CheckpointFolder.Write(Folder, trainer, CheckpointManifest.Of(trainer, state, stream is null ? null : DatasetIdentity.Of(stream)));
        foreach (var (step, path) in CheckpointFolder.List(Folder).Skip(_keep))
        {
            if (state.BestExactAccuracy is null || step != state.BestStep)
            {
                CheckpointFolder.Delete(path);
            }
        }
    }

    /// <summary>Puts the newest sound checkpoint into a trainer.</summary>
    /// <param name="trainer">A trainer of the same kind, options and model; changed only where a checkpoint fits.</param>
    /// <param name="stream">Where the training will read from, to be compared with what it read from.</param>
    /// <returns>What was restored; <see langword="null"/> where there is no checkpoint at all.</returns>
    /// <exception cref="CheckpointException">There are checkpoints, but none is sound; or one is of another model or trainer.</exception>
    public RestoredCheckpoint? Restore(HrmTrainer trainer, TrainingStream? stream = null)
    {
        ArgumentNullException.ThrowIfNull(trainer);
        var damaged = new List<DamagedCheckpoint>();
        foreach (var (step, path) in CheckpointFolder.List(Folder))
        {
            CheckpointManifest manifest;
            try
            {
                manifest = CheckpointFolder.Verify(path);
            }
            catch (HrmException exception)
            {
                damaged.Add(new DamagedCheckpoint(path, exception.Message));
                continue;
            }

            CheckpointFolder.Restore(path, trainer, manifest);
            var present = CheckpointManifest.Of(trainer, manifest.Run, stream is null ? null : DatasetIdentity.Of(stream));
            return new RestoredCheckpoint(path, step, manifest.Run, damaged, manifest.DifferencesTo(present));
        }

        return damaged.Count == 0
            ? null
            : throw new CheckpointException(Folder, $"expected a sound checkpoint among {damaged.Count}, got none; the newest: {damaged[0].Problem}");
    }

    /// <summary>Lets another process use the folder.</summary>
    public void Dispose() => _lock.Dispose();
}
