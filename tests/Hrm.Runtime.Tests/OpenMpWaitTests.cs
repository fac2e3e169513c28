using System.Runtime.InteropServices;

namespace Hrm.Runtime.Tests;

public sealed partial class OpenMpWaitTests
{
    [Theory]
    [InlineData(null, null, false)]
    [InlineData("", "", false)]
    [InlineData("300000", null, true)]
    [InlineData(null, "ACTIVE", true)]
    [InlineData(null, "passive", true)]
    public void Environment_can_set_the_wait(string? spinCount, string? policy, bool isSet)
        => OpenMpWait.IsSet(name => name == OpenMpWait.Variable ? spinCount : policy).Should().Be(isSet);

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
