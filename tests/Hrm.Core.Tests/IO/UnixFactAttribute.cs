namespace Hrm.Core.Tests;

/// <summary>A test of pipes, devices and links, which Windows does not have.</summary>
internal sealed class UnixFactAttribute : FactAttribute
{
    public UnixFactAttribute() => Skip = OperatingSystem.IsWindows() ? "needs pipes, devices and links" : null;
}
