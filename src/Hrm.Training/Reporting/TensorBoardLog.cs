using Hrm.Core;
using TorchSharp;
using TorchSharp.Modules;

namespace Hrm.Training;

/// <summary>Reports as TensorBoard event files: <c>tensorboard --logdir FOLDER</c> shows them.</summary>
/// <remarks>
/// Scalars under <c>training/</c> and <c>evaluation/</c>. Each session of a run writes a file of its own into the folder;
/// TensorBoard joins them by step.
/// </remarks>
public sealed class TensorBoardLog : ITrainingLog
{
    private readonly string _folder;
    private readonly TimeProvider _time;
    private SummaryWriter? _writer;

    /// <summary>Creates a log; its file is made with the first report.</summary>
    /// <param name="folder">The folder; made where it is missing.</param>
    /// <param name="time">The clock of the events; the system's by default.</param>
    public TensorBoardLog(string folder, TimeProvider? time = null)
    {
        ArgumentException.ThrowIfNullOrEmpty(folder);
        _folder = folder;
        _time = time ?? TimeProvider.System;
    }

    /// <inheritdoc/>
    public void Write(TrainingReport report)
    {
        ArgumentNullException.ThrowIfNull(report);
        try
        {
            _writer ??= torch.utils.tensorboard.SummaryWriter(_folder);

            // The writer's own default counts ticks of the calendar where TensorBoard expects seconds.
            var seconds = _time.GetUtcNow().ToUnixTimeSeconds();
            foreach (var (name, value) in Scalars(report))
            {
                _writer.add_scalar(name, (float)value, (int)Math.Min(report.Step, int.MaxValue), seconds);
            }
        }
        catch (Exception exception) when (HrmFileException.IsFileError(exception))
        {
            throw new HrmFileException(_folder, "could not be written", exception);
        }
    }

    /// <summary>Nothing is taken back: TensorBoard shows the later of two values of a step.</summary>
    /// <param name="step">The step.</param>
    public void Rewind(long step)
    {
    }

    private static IEnumerable<(string Name, double Value)> Scalars(TrainingReport report)
    {
        var group = report.Kind == ReportKind.Training ? "training" : "evaluation";
        var metrics = report.Metrics;
        yield return ($"{group}/accuracy", metrics.Accuracy);
        yield return ($"{group}/exact_accuracy", metrics.ExactAccuracy);
        yield return ($"{group}/q_halt_accuracy", metrics.QHaltAccuracy);
        yield return ($"{group}/segments", metrics.Segments);
        yield return ($"{group}/token_loss", metrics.TokenLoss);
        yield return ($"{group}/q_halt_loss", metrics.QHaltLoss);
        yield return ($"{group}/q_continue_loss", metrics.QContinueLoss);
        if (report.Kind == ReportKind.Training)
        {
            yield return ("training/learning_rate", report.LearningRate);
            yield return ("training/segments_per_second", report.SegmentsPerSecond);
            if (report.GradientNorm is { } norm)
            {
                yield return ("training/gradient_norm", norm);
            }
        }
    }
}
