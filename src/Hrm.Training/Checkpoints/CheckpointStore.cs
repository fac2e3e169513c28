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
        FileStream? stream = null;
        try
        {
            Directory.CreateDirectory(folder);
            stream = new FileStream(Path.Combine(folder, LockName), FileMode.OpenOrCreate, FileAccess.ReadWrite, FileShare.None);
            CheckpointFolder.CleanUp(folder);
            return new CheckpointStore(folder, keep, stream);
        }
        catch (Exception exception) when (HrmFileException.IsFileError(exception))
        {
            stream?.Dispose();
            throw new HrmFileException(folder, "could not be opened for checkpoints; is another training using it?", exception);
        }
    }

    /// <summary>The steps of the checkpoints that are there, the newest first; damaged ones are among them.</summary>
    /// <exception cref="HrmFileException">The folder cannot be read.</exception>
    public IReadOnlyList<long> Steps => [.. CheckpointFolder.List(Folder).Select(entry => entry.Step)];

    /// <summary>The folder of a step's checkpoint; a model in it opens with <see cref="HrmModel.Load(string, TorchSharp.torch.Device?, TorchSharp.torch.ScalarType?)"/>.</summary>
    /// <param name="step">The step.</param>
    public string PathOf(long step) => Path.Combine(Folder, CheckpointFolder.NameOf(step));

    /// <summary>
    /// Saves a training, then removes the checkpoints that are no longer to be kept: older ones beyond the last few, but for
    /// <see cref="TrainingRunState.BestCheckpoint"/>, and those of later steps, which this training has gone back from.
    /// </summary>
    /// <param name="trainer">The trainer, between two steps.</param>
    /// <param name="state">What the run knows.</param>
    /// <param name="stream">Where the training reads from; its identity is saved, so that other data is noticed.</param>
    /// <exception cref="HrmFileException">It could not be written; the earlier checkpoints are as they were.</exception>
    /// <exception cref="ObjectDisposedException">The trainer or its model is disposed.</exception>
    public void Save(HrmTrainer trainer, TrainingRunState state, TrainingStream? stream = null)
    {
        ArgumentNullException.ThrowIfNull(trainer);
        ArgumentNullException.ThrowIfNull(state);
        using var use = trainer.Use();
        CheckpointFolder.Write(Folder, trainer, CheckpointManifest.Of(trainer, state, stream is null ? null : DatasetIdentity.Of(stream)));
        CheckpointFolder.Prune(Folder, trainer.StepCount, _keep, state.BestCheckpoint);
    }

    /// <summary>Puts the newest sound checkpoint into a trainer.</summary>
    /// <param name="trainer">A trainer of the same kind, options and model; changed only where a checkpoint fits.</param>
    /// <param name="stream">Where the training will read from, to be compared with what it read from.</param>
    /// <returns>What was restored; <see langword="null"/> where there is no checkpoint at all.</returns>
    /// <exception cref="CheckpointException">
    /// There are checkpoints, but none is sound; or the newest sound one is of another model, trainer or version of the format, or of
    /// data whose puzzle ids have another meaning.
    /// </exception>
    /// <exception cref="ObjectDisposedException">The trainer or its model is disposed.</exception>
    public RestoredCheckpoint? Restore(HrmTrainer trainer, TrainingStream? stream = null)
    {
        ArgumentNullException.ThrowIfNull(trainer);
        using var use = trainer.Use();
        var damaged = new List<DamagedCheckpoint>();
        foreach (var (step, path) in CheckpointFolder.List(Folder))
        {
            try
            {
                CheckpointFolder.Verify(path);
            }
            catch (HrmException exception)
            {
                damaged.Add(new DamagedCheckpoint(path, exception.Message));
                continue;
            }

            // From here on nothing is damage: what is whole but does not fit must not be passed over for an older one.
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
            : throw new CheckpointException(Folder, $"expected a sound checkpoint among {damaged.Count}, got none; the newest: {damaged[0].Problem}");
    }

    /// <summary>Lets another process use the folder.</summary>
    public void Dispose() => _lock.Dispose();
}
