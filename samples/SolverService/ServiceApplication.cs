using System.Text.Json.Serialization;
using Hrm.Core;

namespace Hrm.Samples.SolverService;

/// <summary>A model behind an HTTP API and one page.</summary>
public static class ServiceApplication
{
    /// <summary>More than any puzzle needs: 256×256 cells, each escaped.</summary>
    private const long LargestBody = 512 << 10;

    private static readonly Dictionary<string, string> Switches = new()
    {
        ["--model"] = "Solver:Folder",
        ["--device"] = "Solver:Device",
        ["--dtype"] = "Solver:ForwardDtype",
        ["--tf32"] = "Torch:AllowTensorFloat32",
    };

    /// <summary>Loads the model, and makes the application that serves it.</summary>
    /// <param name="args">
    /// <c>--model FOLDER</c>, <c>--device cuda:0</c>, <c>--dtype bfloat16</c>, <c>--urls ADDRESS</c>, and any key of the configuration,
    /// for instance <c>--Solver:Limits:MaxQueueLength 16</c>.
    /// </param>
    /// <param name="console">Told what goes on where that takes long.</param>
    /// <exception cref="HrmException">The model cannot be loaded, or its puzzles are none that this service knows.</exception>
    /// <exception cref="Microsoft.Extensions.Options.OptionsValidationException">Options have bad fields; all are listed.</exception>
    public static WebApplication Create(string[] args, TextWriter console)
    {
        ArgumentNullException.ThrowIfNull(console);

        // The page and the settings stand beside the program, wherever it is started from.
        var builder = WebApplication.CreateBuilder(new WebApplicationOptions { Args = args, ContentRootPath = AppContext.BaseDirectory });
        builder.Configuration.AddCommandLine(args, Switches);
        if (string.IsNullOrEmpty(builder.Configuration["Solver:Folder"]))
        {
            builder.Configuration["Solver:Folder"] = StandInModel.Provide(StandInModel.Folders(Environment.GetEnvironmentVariable), console);
        }

        TorchOptions.AllowTensorFloat32(builder.Configuration.GetValue("Torch:AllowTensorFloat32", false));
        builder.WebHost.ConfigureKestrel(kestrel =>
        {
            kestrel.AddServerHeader = false;
            kestrel.Limits.MaxRequestBodySize = LargestBody;
        });
        builder.Services
            .AddHrmSolver(builder.Configuration.GetSection("Solver"))
            .AddSingleton(services => ServedPuzzles.Of(services.GetRequiredService<HrmSolver>().Config))
            .AddProblemDetails()
            .AddSingleton<IProblemDetailsWriter, UnnegotiatedProblemWriter>()
            .AddExceptionHandler<ProblemHandler>()
            .Configure<RouteHandlerOptions>(options => options.ThrowOnBadRequest = true)
            .ConfigureHttpJsonOptions(options =>
            {
                options.SerializerOptions.UnmappedMemberHandling = JsonUnmappedMemberHandling.Disallow;
                options.SerializerOptions.AllowDuplicateProperties = false;
                options.SerializerOptions.RespectNullableAnnotations = true;
                options.SerializerOptions.NumberHandling = JsonNumberHandling.Strict;
            })
            .AddOpenApi();
        var app = builder.Build();
        try
        {
            return Map(app);
        }
        catch
        {
            ((IDisposable)app).Dispose();
            throw;
        }
    }

    private static WebApplication Map(WebApplication app)
    {
        // Now, rather than at the first request: a model that does not load must end the start.
        var puzzle = app.Services.GetRequiredService<IServedPuzzle>();
        app.UseMiddleware<PageSecurity>();
        app.UseExceptionHandler();
        app.UseStatusCodePages();
        app.UseMiddleware<KnownCharset>();
        app.UseDefaultFiles();

        // Asked for anew each time, or a browser would mix the parts of two versions.
        app.UseStaticFiles(new StaticFileOptions { OnPrepareResponse = file => file.Context.Response.Headers.CacheControl = "no-cache" });
        app.MapOpenApi();
        app.MapModel();
        app.MapPuzzle(puzzle.Kind);
        return app;
    }
}
