using Hrm.Core;
using TorchSharp;

namespace Hrm.Training;

/// <summary>One checkpoint on disk: a folder whose name says its step, there as a whole or not at all.</summary>
/// <remarks>
/// <c>config.json</c> and <c>model.safetensors</c> are the model with the weights in training, <c>training.safetensors</c>
/// the rest of the trainer's tensors, <c>checkpoint.json</c> settings and counters, <c>SHA256SUMS</c> the sums of all of them.
/// </remarks>
internal static class CheckpointFolder
{
    private const string NamePrefix = "step-";
    private const string StateName = "training.safetensors";

    private static readonly string[] Names = [ModelFolder.ConfigName, WeightsFolder.SingleName, StateName, CheckpointManifest.FileName];

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
    /// Removes the checkpoints of later steps than the one just saved, and of the earlier ones all but the last few and the
    /// best. What cannot be removed now is tried again at the next call: a checkpoint that was saved must not fail for it.
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

    /// <summary>Writes beside the final name and takes it in one rename; an older one of the same step is out of the way until then.</summary>
    public static void Write(string folder, HrmTrainer trainer, CheckpointManifest manifest)
    {
        try
        {
            using var staged = StagedFolder.Create(Path.Combine(folder, NameOf(manifest.Step)));
            trainer.Model.Save(staged.Path);
            using (torch.NewDisposeScope())
            {
                SafetensorsWriter.Save(Path.Combine(staged.Path, StateName), TrainerTensors.Of(trainer));
            }

            manifest.Write(staged.Path);
            ChecksumList.Write(staged.Path, Names);
            staged.Commit();
        }
        catch (Exception exception) when (HrmFileException.IsFileError(exception))
        {
            throw new HrmFileException(folder, "a checkpoint could not be written", exception);
        }
    }

    /// <summary>Reads a small text file of a checkpoint.</summary>
    /// <exception cref="HrmFileException">The file is missing or not readable.</exception>
    /// <exception cref="CheckpointException">The file is longer than that or not UTF-8.</exception>
    public static string ReadText(string path, int maxBytes)
        => SmallTextFile.Read(path, maxBytes, (problem, cause) => new CheckpointException(path, problem, cause));

    /// <summary>Checks every byte of a checkpoint.</summary>
    /// <exception cref="HrmException">It is damaged.</exception>
    public static void Verify(string path) => ChecksumList.Verify(path, Names);

    /// <summary>Puts the state of a checkpoint that was verified into a trainer.</summary>
    public static void Restore(string path, HrmTrainer trainer, CheckpointManifest manifest)
    {
        RequireSameModel(path, trainer.Model.Config);
        using var weights = SafetensorsFile.Open(Path.Combine(path, WeightsFolder.SingleName));
        using var state = SafetensorsFile.Open(Path.Combine(path, StateName));
        TrainerTensors.Restore(trainer, weights, state, manifest.Step);
    }

    /// <summary>Removes what a process that was killed left half-written, and puts back what it was about to replace.</summary>
    public static void CleanUp(string folder) => StagedFolder.CleanUp(folder);

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
