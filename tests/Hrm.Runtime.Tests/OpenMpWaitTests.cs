using System.Runtime.InteropServices;

namespace Hrm.Runtime.Tests;

public sealed partial class OpenMpWaitTests
{
    [Theory]
    [InlineData(null, null, true)]
    [InlineData("", "", true)]
    [InlineData("300000", null, false)]
    [InlineData(null, "ACTIVE", false)]
    [InlineData(null, "passive", false)]
    public void The_environment_overrides_the_wait(string? spinCount, string? policy, bool isShortened)
    {
        var set = new List<(string, string)>();

        OpenMpWait.Shorten(name => name == OpenMpWait.Variable ? spinCount : policy, (name, value) => set.Add((name, value)));

        set.Should().Equal(isShortened ? [("GOMP_SPINCOUNT", "2000")] : Array.Empty<(string, string)>());
    }

    [LinuxX64Fact]
    public void OpenMp_reads_the_variable()
    {
        TorchRuntime.Initialize();

        var asked = Environment.GetEnvironmentVariable(OpenMpWait.Variable) is { Length: > 0 } own ? own
            : Environment.GetEnvironmentVariable(OpenMpWait.StandardVariable) is { Length: > 0 } ? null
            : OpenMpWait.Turns;
        Marshal.PtrToStringUTF8(GetNative(OpenMpWait.Variable)).Should().Be(asked);
    }

    [LibraryImport("libc", EntryPoint = "getenv", StringMarshalling = StringMarshalling.Utf8)]
    private static partial nint GetNative(string name);
}
