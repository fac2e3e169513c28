using Hrm.Core;
using TorchSharp;

namespace Hrm.Training;

/// <summary>One checkpoint on disk: a folder named by its step, written as a whole or not at all.</summary>
/// <remarks>
/// <c>config.json</c> and <c>model.safetensors</c> are the model with the weights in training, <c>training.safetensors</c>
/// the other tensors of the trainer, <c>checkpoint.json</c> settings and counters, <c>SHA256SUMS</c> the checksums of them.
/// </remarks>
internal static class CheckpointFolder
{
    private const string NamePrefix = "step-";
    private const string StateName = "training.safetensors";

    public static readonly string[] FileNames = [ModelFolder.ConfigName, ModelFolder.WeightsName, StateName, CheckpointManifest.FileName];

    public static string NameOf(long step) => FormattableString.Invariant($"{NamePrefix}{step:d12}");

    /// <summary>The checkpoints of a folder, the newest first.</summary>
    /// <exception cref="HrmFileException">The folder cannot be read.</exception>
    public static IReadOnlyList<(long Step, string Path)> List(string folder)
    {
        try
        {
            return
            [
                .. Directory.EnumerateDirectories(folder, NamePrefix + "*")
                    .Select(path => (Step: StepOf(Path.GetFileName(path)), path))
                    .Where(entry => entry.Step >= 0)
                    .OrderByDescending(entry => entry.Step),
            ];
        }
        catch (Exception exception) when (HrmFileException.IsFileError(exception))
        {
            throw new HrmFileException(folder, "could not be read", exception);
        }
    }

    /// <summary>
    /// Removes the checkpoints of later steps than the one just saved, and of the earlier ones all except the last few and the
    /// best. A failure is ignored and retried by the next call: the checkpoint was saved.
    /// </summary>
    public static void Prune(string folder, long savedStep, int keep, long? best)
    {
        try
        {
            var bySide = List(folder).ToLookup(entry => entry.Step > savedStep);
            foreach (var (_, path) in bySide[true].Concat(bySide[false].Skip(keep)).Where(entry => entry.Step != best))
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
    public static void Write(string folder, HrmTrainer trainer, CheckpointManifest manifest)
    {
        try
        {
            using var staged = StagedFolder.Create(Path.Combine(folder, NameOf(manifest.Step)));
            trainer.Model.Save(staged.Path);
            using (torch.NewDisposeScope())
            {
                SafetensorsFile.Save(Path.Combine(staged.Path, StateName), TrainerTensors.Of(trainer));
            }

            manifest.Write(staged.Path);
            ChecksumList.Write(staged.Path, FileNames);
            staged.Commit();
        }
        catch (Exception exception) when (HrmFileException.IsFileError(exception))
        {
            throw new HrmFileException(folder, "a checkpoint could not be written", exception);
        }
    }

    /// <summary>Restores a trainer from a checkpoint that was verified.</summary>
    public static void Restore(string path, HrmTrainer trainer, CheckpointManifest manifest)
    {
        RequireSameModel(path, trainer.Model.Config);
        using var weights = SafetensorsFile.Open(Path.Combine(path, ModelFolder.WeightsName));
        using var state = SafetensorsFile.Open(Path.Combine(path, StateName));
        TrainerTensors.Restore(trainer, weights, state, manifest.Step);
    }

    private static long StepOf(string name)
        => long.TryParse(name.AsSpan(NamePrefix.Length), System.Globalization.NumberStyles.None, System.Globalization.CultureInfo.InvariantCulture, out var step)
            && name == NameOf(step)
            ? step
            : -1;

    private static void RequireSameModel(string path, HrmConfig present)
    {
        var file = Path.Combine(path, ModelFolder.ConfigName);
        var saved = HrmConfigJson.ReadFile(file);
        if (saved != present)
        {
            var before = saved.ToJson().Split('\n');
            var different = present.ToJson().Split('\n').Except(before).Select(line => line.Trim().TrimEnd(','));
            throw new CheckpointException(file, $"is of another model: here {string.Join(", ", different)}");
        }
    }
}
