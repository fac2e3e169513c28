using TorchSharp.Modules;

namespace Hrm.Training;

/// <summary>Writes reports as TensorBoard event files: <c>tensorboard --logdir FOLDER</c> shows them.</summary>
/// <remarks>
/// The scalars are under <c>training/</c> and <c>evaluation/</c>. Each session of a run writes its own file into the folder;
/// TensorBoard joins them by step.
/// </remarks>
public sealed class TensorBoardLog : ITrainingLog
{
    private readonly string _folder;
    private readonly TimeProvider _time;
    private SummaryWriter? _writer;

    /// <summary>Creates a log. Its file is created with the first report.</summary>
    /// <param name="folder">The folder; created if it is missing.</param>
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
        HrmFileException.Guard(_folder, "could not be written", () =>
        {
            _writer ??= torch.utils.tensorboard.SummaryWriter(_folder);

            // The writer's default is calendar ticks, but TensorBoard expects seconds.
            var seconds = _time.GetUtcNow().ToUnixTimeSeconds();
            foreach (var (name, value) in Scalars(report))
            {
                _writer.add_scalar(name, (float)value, (int)Math.Min(report.Step, int.MaxValue), seconds);
            }
        });
    }

    /// <summary>Does nothing: TensorBoard shows the later of two values of a step.</summary>
    /// <param name="step">The step from which the run resumes.</param>
    public void Rewind(long step)
    {
    }

    private static IEnumerable<(string Name, double Value)> Scalars(TrainingReport report)
    {
        var group = report.Kind == ReportKind.Training ? "training" : "evaluation";
        var metrics = report.Metrics;
        List<(string Name, double Value)> scalars =
        [
            ("accuracy", metrics.Accuracy),
            ("exact_accuracy", metrics.ExactAccuracy),
            ("q_halt_accuracy", metrics.QHaltAccuracy),
            ("segments", metrics.Segments),
            ("token_loss", metrics.TokenLoss),
            ("q_halt_loss", metrics.QHaltLoss),
            ("q_continue_loss", metrics.QContinueLoss),
        ];
        if (metrics.AuxiliaryLoss != 0)
        {
            scalars.Add(("auxiliary_loss", metrics.AuxiliaryLoss));
        }

        if (report.Kind == ReportKind.Training)
        {
            scalars.Add(("learning_rate", report.LearningRate));
            scalars.Add(("segments_per_second", report.SegmentsPerSecond));
            if (report.GradientNorm is { } norm)
            {
                scalars.Add(("gradient_norm", norm));
            }
        }

        return scalars.Select(scalar => ($"{group}/{scalar.Name}", scalar.Value));
    }
}
