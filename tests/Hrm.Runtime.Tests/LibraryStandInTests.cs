using System.Runtime.InteropServices;
using Hrm.TestKit;

namespace Hrm.Runtime.Tests;

public sealed class LibraryStandInTests
{
    [LinuxX64Fact]
    public void Library_answers_to_the_other_path_until_disposed()
    {
        using var folder = new TemporaryFolder();
        var math = LoadedLibraries.PathOf("libm.so.6")!;
        var (one, other) = (folder["one.so"], folder["other.so"]);
        File.Copy(math, one);
        File.Copy(math, other);
        var handle = NativeLibrary.Load(one);

        using (var standIn = LibraryStandIn.TryCreate(handle, other))
        {
            standIn.Should().NotBeNull();
            NativeLibrary.Load(other).Should().Be(handle);
        }

        LoadedLibraries.IsLoaded(other).Should().BeFalse();
        LoadedLibraries.IsLoaded(one).Should().BeTrue();
        NativeLibrary.Load(other).Should().NotBe(handle);
    }
}
