namespace Hrm.Core;

/// <summary>A puzzle on its way through a solver, with somebody who waits for what comes of it.</summary>
internal abstract class SolverRequest : RunningRow
{
    protected SolverRequest(int[] tokens, int puzzleId, int maxSegments, IHaltingPolicy? halting)
        : base(tokens, puzzleId, maxSegments, halting)
    {
    }

    /// <summary>Whether nobody waits any more: answered, failed or given up.</summary>
    public abstract bool IsOver { get; }

    /// <summary>Called after each segment, on the solver's thread; must not throw.</summary>
    public abstract void Report();

    /// <summary>Ends the request with an error; nothing where it is over already.</summary>
    public abstract void Fail(Exception error);

    /// <summary>Gives the request up: its place is free from the next segment on.</summary>
    public abstract void Cancel(CancellationToken cancellationToken);
}
