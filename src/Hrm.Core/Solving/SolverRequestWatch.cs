using System.Diagnostics;

namespace Hrm.Core;

/// <summary>Watches one request to its end; one that nobody reports the end of was given up.</summary>
internal sealed class SolverRequestWatch : IDisposable
{
    private readonly SolverInstrumentation _instrumentation;
    private readonly Activity? _activity;
    private readonly long _start;
    private SolverOutcome _outcome = SolverOutcome.Cancelled;
    private bool _isRecorded;

    public SolverRequestWatch(SolverInstrumentation instrumentation, Activity? activity, long start)
    {
        _instrumentation = instrumentation;
        _activity = activity;
        _start = start;
    }

    public static string NameOf(SolverOutcome outcome) => outcome switch
    {
        SolverOutcome.Answered => "answered",
        SolverOutcome.Rejected => "rejected",
        SolverOutcome.Failed => "failed",
        _ => "cancelled",
    };

    public void Answered(int segments, HaltReason reason)
    {
        _outcome = SolverOutcome.Answered;
        _activity?.SetTag("hrm.solver.segments", segments);
        _activity?.SetTag("hrm.solver.reason", reason.ToString());
        Record();
    }

    public void Ended(Exception error)
    {
        _outcome = error switch
        {
            SolverBusyException => SolverOutcome.Rejected,
            OperationCanceledException or ObjectDisposedException => SolverOutcome.Cancelled,
            _ => SolverOutcome.Failed,
        };
        _instrumentation.CountEnd(_outcome, error);
        _activity?.SetStatus(_outcome == SolverOutcome.Cancelled ? ActivityStatusCode.Unset : ActivityStatusCode.Error, error.Message);
        Record();
    }

    public void Dispose()
    {
        _activity?.SetTag("hrm.solver.outcome", NameOf(_outcome));
        _activity?.Dispose();
        Record();
    }

    /// <summary>At the end of the request, which a reader of a trace may see later.</summary>
    private void Record()
    {
        if (!_isRecorded)
        {
            _isRecorded = true;
            _instrumentation.RecordDuration(_start, _outcome);
        }
    }
}
