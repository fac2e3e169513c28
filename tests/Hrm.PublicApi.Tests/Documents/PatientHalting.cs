using Hrm.Core;

namespace Hrm.PublicApi.Tests.Documents;

// <own-policy>
/// <summary>Stops a puzzle when q_halt is positive, but not before a number of segments.</summary>
internal sealed class PatientHalting(int minimum) : IHaltingPolicy
{
    public HaltReason Decide(in SegmentState state)
        => state.Segments >= minimum && state.QHalt > 0 ? HaltReason.Custom : HaltReason.None;
}
// </own-policy>
