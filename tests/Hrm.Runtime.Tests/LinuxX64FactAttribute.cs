using System.Runtime.InteropServices;

namespace Hrm.Runtime.Tests;

/// <summary>A test that runs only on x64 Linux; skipped elsewhere.</summary>
[AttributeUsage(AttributeTargets.Method)]
public sealed class LinuxX64FactAttribute : FactAttribute
{
    public LinuxX64FactAttribute()
    {
        if (!OperatingSystem.IsLinux() || RuntimeInformation.ProcessArchitecture != Architecture.X64)
        {
            Skip = "Needs x64 Linux, where TorchSharp's native library can be too new for the host.";
        }
    }
}
