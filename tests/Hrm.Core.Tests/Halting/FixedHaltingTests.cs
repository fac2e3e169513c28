using static TorchSharp.torch;

namespace Hrm.Core.Tests;

public sealed class FixedHaltingTests
{
    [Fact]
    public void Decide_looks_at_the_number_of_segments_alone()
    {
        using var scope = NewDisposeScope();
        var policy = new FixedHalting(3);
        var decision = policy.Decide(new HaltingState(full([4], 9f), zeros(4), tensor([1, 2, 3, 4])));
        decision.Equals(tensor([false, false, true, true])).Should().BeTrue();
        policy.MaxSegments.Should().Be(3);
    }

    [Fact]
    public void Constructor_refuses_no_segments()
    {
        var create = () => new FixedHalting(0);
        create.Should().Throw<ArgumentOutOfRangeException>().WithParameterName("segments");
    }
}
