namespace Hrm.Runtime.Tests;

public sealed class VersionRelaxationTests
{
    [LinuxX64Fact]
    public void Real_library_requires_the_version_of_libstdcpp()
    {
        var elf = new ElfSharedObject(NativeTorchSharp.Read(), "real");

        var needs = elf.Needs();

        var need = needs.Should().ContainSingle(n => n.Version == "GLIBCXX_3.4.32").Subject;
        need.File.Should().Be("libstdc++.so.6");
    }

    [LinuxX64Fact]
    public void Real_library_differs_in_the_flags_of_one_entry()
    {
        var original = NativeTorchSharp.Read();
        var elf = new ElfSharedObject(original, "real");
        var need = elf.Needs().Single(n => n.Version == "GLIBCXX_3.4.32");

        var corrected = VersionRelaxation.Apply(original, "real", () => false)!;

        var changed = Enumerable.Range(0, original.Length).Where(i => original[i] != corrected[i]).ToList();
        changed.Should().Equal(need.FlagsOffset);
        corrected[need.FlagsOffset].Should().Be(2);
        original.Should().Equal(NativeTorchSharp.Read(), "the caller's bytes are unchanged");
        VersionRelaxation.Apply(corrected, "corrected", () => false).Should().BeNull("a corrected library needs nothing more");
    }

    [Fact]
    public void Library_is_unchanged_if_it_does_not_lack_the_version()
    {
        Apply(new TinyElf(), () => true).Should().BeNull("the host offers the version");
        Apply(new TinyElf { Needs = ["GLIBCXX_3.4"] }, () => throw new InvalidOperationException("queried")).Should().BeNull("the host is not queried");
        Apply(new TinyElf { Library = "libother.so" }, () => false).Should().BeNull("it needs the version of another library");
    }

    /// <summary>Without the check at the load, the first call of the function would end the process.</summary>
    [LinuxX64Fact]
    public void Library_that_uses_a_missing_symbol_does_not_load()
    {
        TorchRuntime.EnsureLoaded();
        var library = VersionRelaxation.Apply(NativeTorchSharp.Read(), "real", () => false)!;
        var name = library.AsSpan().IndexOf("_ZN2at15get_num_threadsEv"u8);
        library[name + 8] = (byte)'X';

        var act = () => CorrectedLibrary.Load(library);

        act.Should().Throw<TorchLoadException>().WithMessage("*undefined symbol*");
    }

    private static byte[]? Apply(TinyElf library, Func<bool> isOffered) => VersionRelaxation.Apply(library.Build(), "tiny", isOffered);
}
