using Microsoft.Extensions.Logging;

namespace Hrm.Training;

/// <summary>The log messages of a training run.</summary>
internal static partial class TrainingRunMessages
{
    [LoggerMessage(1, LogLevel.Information, "Resumed from step {Step}, {Path}")]
    public static partial void Resumed(this ILogger logger, long step, string path);

    [LoggerMessage(2, LogLevel.Warning, "A checkpoint could not be used: {Problem}")]
    public static partial void DamagedCheckpoint(this ILogger logger, string problem);

    [LoggerMessage(3, LogLevel.Warning, "A setting differs from the checkpoint's, so the run is not the one that was interrupted: {Difference}")]
    public static partial void SettingDiffers(this ILogger logger, string difference);

    [LoggerMessage(4, LogLevel.Debug, "Saved the checkpoint of step {Step}")]
    public static partial void CheckpointSaved(this ILogger logger, long step);

    [LoggerMessage(5, LogLevel.Error, "The checkpoint of step {Step} could not be saved; training continues, the earlier checkpoints are unchanged: {Problem}")]
    public static partial void CheckpointFailed(this ILogger logger, long step, string problem);

    [LoggerMessage(6, LogLevel.Error, "Training diverged: {Report}")]
    public static partial void Diverged(this ILogger logger, DivergenceReport report);

    [LoggerMessage(7, LogLevel.Warning, "Rolled back from step {Step} to step {Earlier}, and skips the batch; {Left} more rollbacks allowed")]
    public static partial void RolledBack(this ILogger logger, long step, long earlier, int left);

    [LoggerMessage(8, LogLevel.Error, "A report could not be stored; training continues: {Problem}")]
    public static partial void ReportLost(this ILogger logger, string problem);

    [LoggerMessage(9, LogLevel.Information, "{Kind} at step {Step} of {TotalSteps}: token loss {TokenLoss:F4}, exact accuracy {ExactAccuracy:P1}, segments {Segments:F2}")]
    public static partial void Reported(this ILogger logger, ReportKind kind, long step, long totalSteps, double tokenLoss, double exactAccuracy, double segments);

    [LoggerMessage(10, LogLevel.Information, "Stopped after step {Step}: {Reason}")]
    public static partial void Stopped(this ILogger logger, long step, StopReason reason);

    [LoggerMessage(11, LogLevel.Error, "The training in the background failed")]
    public static partial void TrainingFailed(this ILogger logger, Exception error);

    [LoggerMessage(12, LogLevel.Information, "Saved the model {Folder}")]
    public static partial void ModelAnnounced(this ILogger logger, string folder);

    [LoggerMessage(13, LogLevel.Error, "The model of step {Step} could not be saved; training continues: {Problem}")]
    public static partial void ModelNotSaved(this ILogger logger, long step, string problem);

    [LoggerMessage(14, LogLevel.Error, "The receiver of the model {Folder} failed; training continues")]
    public static partial void AnnouncementFailed(this ILogger logger, string folder, Exception error);
}
