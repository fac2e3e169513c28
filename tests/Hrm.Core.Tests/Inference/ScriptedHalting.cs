namespace Hrm.Core.Tests;

/// <summary>A policy that does what the test says.</summary>
internal sealed class ScriptedHalting(Func<SegmentState, HaltReason> decide) : IHaltingPolicy
{
    public HaltReason Decide(in SegmentState state) => decide(state);
}
