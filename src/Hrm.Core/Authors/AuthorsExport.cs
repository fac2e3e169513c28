using System.Text;

namespace Hrm.Core;

/// <summary>Writes a model as the authors' training code would leave it.</summary>
internal static class AuthorsExport
{
    public static void Save(HrmModel model, string folder, long step, bool compiled)
    {
        ArgumentException.ThrowIfNullOrEmpty(folder);
        ArgumentOutOfRangeException.ThrowIfNegative(step);
        var state = model.state_dict();
        var hasSharedLevel = ModelKeys.HaveSharedLevel(state.Keys);
        var yaml = AuthorsYaml.Write(model.Config, hasSharedLevel);
        var prefix = compiled ? ModelKeys.CompilerPrefix + ModelKeys.LossHeadPrefix : ModelKeys.LossHeadPrefix;
        ModelFolder.CreateFolder(folder);

        // Both complete on the disk before the first takes its name, so that a full disk leaves the older checkpoint whole.
        using var config = StagedFile.Write(Path.Combine(folder, AuthorsCheckpoint.ConfigName), stream => stream.Write(Encoding.UTF8.GetBytes(yaml)));
        using var weights = TorchSaveWriter.Stage(
            Path.Combine(folder, FormattableString.Invariant($"{AuthorsCheckpoint.StepPrefix}{step}")),
            state.Select(entry => KeyValuePair.Create(prefix + entry.Key, entry.Value)));
        weights.Commit();
        config.Commit();
    }
}
