namespace Hrm.Runtime.Tests;

public sealed class KeptMemoryTests
{
    [Theory]
    [InlineData("MALLOC_TRIM_THRESHOLD_", true)]
    [InlineData("MALLOC_MMAP_THRESHOLD_", true)]
    [InlineData("GLIBC_TUNABLES", true)]
    [InlineData("PATH", false)]
    public void Environment_can_set_it(string variable, bool isSet)
        => KeptMemory.IsSet(name => name == variable ? "1" : null).Should().Be(isSet);
}
