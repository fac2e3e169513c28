using Hrm.Layers.Kernels;
using static TorchSharp.torch;

namespace Hrm.Layers.Tests.Kernels;

public sealed class SerialThreadTests : IDisposable
{
    private readonly int _threads = get_num_threads();

    public void Dispose() => set_num_threads(_threads);

    [Fact]
    public void Only_the_started_thread_has_one_thread_of_libtorch()
    {
        set_num_threads(3);
        var numbers = new List<int>();
        SerialThread.Start("test", () =>
        {
            numbers.Add(get_num_threads());
            using var large = ones(512, 512);
            using var product = large.mm(large);
            numbers.Add(get_num_threads());
        }).Join();
        numbers.Should().Equal(1, 1);
        get_num_threads().Should().Be(3);
        var later = 0;
        var thread = new Thread(() => later = get_num_threads());
        thread.Start();
        thread.Join();
        later.Should().Be(3);
    }
}
