// SGD with momentum on the squared errors of many networks with one hidden layer of sigmoid units, network by network: what
// benchmarks/cpp.py builds and eligo is measured against.
//
// Parameters of a network lie one after the other as eligo has them: weights (features, hidden), biases (hidden), weights
// (hidden, outputs), biases (outputs). The tuned variant has its output weights as (outputs, hidden), so that every inner loop
// runs over neighbours in memory.

#include <algorithm>
#include <cmath>
#include <cstdint>
#include <numeric>
#include <utility>
#include <vector>

struct Shape {
    int features, hidden, outputs;
    int size() const { return features * hidden + hidden + hidden * outputs + outputs; }
};

// The parts of one network's parameters, velocities or gradient.
struct Layers {
    float *W, *b, *U, *c;
    Layers(const Shape &shape, float *flat)
        : W(flat), b(W + shape.features * shape.hidden), U(b + shape.hidden), c(U + shape.hidden * shape.outputs) {}
};

template <bool is_tuned> static inline int place(const Shape &shape, int j, int k) {
    return is_tuned ? k * shape.hidden + j : j * shape.outputs + k;
}

static inline float sigmoid(float a) { return 1.0f / (1.0f + std::exp(-a)); }

static inline void hidden_outputs(const Shape &shape, const Layers &w, const float *x, float *y) {
    const int I = shape.features, J = shape.hidden;
    for (int j = 0; j < J; ++j) y[j] = w.b[j];
    for (int i = 0; i < I; ++i)
        for (int j = 0; j < J; ++j) y[j] += x[i] * w.W[i * J + j];
    for (int j = 0; j < J; ++j) y[j] = sigmoid(y[j]);
}

// Derivative of the squared error with respect to the net input of output unit k.
template <bool is_tuned>
static inline float output_error(const Shape &shape, const Layers &w, const float *y, const float *t, int k) {
    float a = w.c[k];
    for (int j = 0; j < shape.hidden; ++j) a += y[j] * w.U[place<is_tuned>(shape, j, k)];
    const float o = sigmoid(a);
    return 2 * (o - t[k]) * o * (1 - o);
}

static inline void move(float &weight, float &velocity, float slope, float rate, float momentum) {
    velocity = momentum * velocity + slope;
    weight -= rate * velocity;
}

// One step of online SGD; y and d hold the outputs of hidden units and the errors carried back to them.
template <bool is_tuned>
static void step(const Shape &shape, const float *x, const float *t, Layers w, Layers v, float *y, float *d, float rate,
                 float momentum) {
    const int I = shape.features, J = shape.hidden, K = shape.outputs;
    hidden_outputs(shape, w, x, y);
    for (int j = 0; j < J; ++j) d[j] = 0;
    for (int k = 0; k < K; ++k) {
        const float e = output_error<is_tuned>(shape, w, y, t, k);
        for (int j = 0; j < J; ++j) {
            const int jk = place<is_tuned>(shape, j, k);
            d[j] += e * w.U[jk];
            move(w.U[jk], v.U[jk], e * y[j], rate, momentum);
        }
        move(w.c[k], v.c[k], e, rate, momentum);
    }
    for (int j = 0; j < J; ++j) {
        d[j] *= y[j] * (1 - y[j]);
        move(w.b[j], v.b[j], d[j], rate, momentum);
    }
    for (int i = 0; i < I; ++i)
        for (int j = 0; j < J; ++j) move(w.W[i * J + j], v.W[i * J + j], d[j] * x[i], rate, momentum);
}

// Adds the gradient of one example.
template <bool is_tuned>
static void add_gradient(const Shape &shape, const float *x, const float *t, Layers w, Layers g, float *y, float *d) {
    const int I = shape.features, J = shape.hidden, K = shape.outputs;
    hidden_outputs(shape, w, x, y);
    for (int j = 0; j < J; ++j) d[j] = 0;
    for (int k = 0; k < K; ++k) {
        const float e = output_error<is_tuned>(shape, w, y, t, k);
        for (int j = 0; j < J; ++j) {
            const int jk = place<is_tuned>(shape, j, k);
            d[j] += e * w.U[jk];
            g.U[jk] += e * y[j];
        }
        g.c[k] += e;
    }
    for (int j = 0; j < J; ++j) {
        d[j] *= y[j] * (1 - y[j]);
        g.b[j] += d[j];
    }
    for (int i = 0; i < I; ++i)
        for (int j = 0; j < J; ++j) g.W[i * J + j] += d[j] * x[i];
}

static void shuffle(std::vector<int32_t> &order, uint64_t &state) {
    for (size_t p = order.size() - 1; p > 0; --p) {
        state ^= state << 13, state ^= state >> 7, state ^= state << 17;  // Marsaglia's xorshift
        std::swap(order[p], order[(state >> 32) * (p + 1) >> 32]);
    }
}

// What all networks share: X (examples, features) and T (examples, outputs).
struct Data {
    int examples, epochs;
    float rate, momentum;
    const float *X, *T;
};

// Trains one network online; the order of presentation is given as (epochs, examples), or shuffled anew every epoch.
template <bool is_tuned>
static void train_online(const Shape &shape, const Data &data, float *params, const int32_t *given, uint64_t seed) {
    std::vector<float> velocity(shape.size()), y(shape.hidden), d(shape.hidden);
    std::vector<int32_t> order(data.examples);
    std::iota(order.begin(), order.end(), 0);
    for (int epoch = 0; epoch < data.epochs; ++epoch) {
        if (given) std::copy_n(given + (size_t)epoch * data.examples, data.examples, order.begin());
        else shuffle(order, seed);
        for (int32_t p : order)
            step<is_tuned>(shape, data.X + (size_t)p * shape.features, data.T + (size_t)p * shape.outputs, {shape, params},
                           {shape, velocity.data()}, y.data(), d.data(), data.rate, data.momentum);
    }
}

template <bool is_tuned> static void train_full(const Shape &shape, const Data &data, float *params) {
    std::vector<float> velocity(shape.size()), gradient(shape.size()), y(shape.hidden), d(shape.hidden);
    for (int epoch = 0; epoch < data.epochs; ++epoch) {
        std::fill(gradient.begin(), gradient.end(), 0.0f);
        for (int p = 0; p < data.examples; ++p)
            add_gradient<is_tuned>(shape, data.X + (size_t)p * shape.features, data.T + (size_t)p * shape.outputs,
                                   {shape, params}, {shape, gradient.data()}, y.data(), d.data());
        for (int q = 0; q < shape.size(); ++q)
            move(params[q], velocity[q], gradient[q] / data.examples, data.rate, data.momentum);
    }
}

template <bool is_tuned>
static void train_all(int nets, const Shape &shape, const Data &data, bool is_full, float *params, const int32_t *order) {
#pragma omp parallel for schedule(static)
    for (int net = 0; net < nets; ++net) {
        float *own = params + (size_t)net * shape.size();
        const int32_t *given = order ? order + (size_t)net * data.epochs * data.examples : nullptr;
        if (is_full) train_full<is_tuned>(shape, data, own);
        else train_online<is_tuned>(shape, data, own, given, 88172645463325252ull + net);
    }
}

// Trains params (nets, parameters) in place; order is (nets, epochs, examples) or null, and no matter to a full batch.
extern "C" void train(int nets, int features, int hidden, int outputs, int examples, int epochs, int is_full, int is_tuned,
                      float rate, float momentum, const float *X, const float *T, float *params, const int32_t *order) {
    const Shape shape{features, hidden, outputs};
    const Data data{examples, epochs, rate, momentum, X, T};
    (is_tuned ? train_all<true> : train_all<false>)(nets, shape, data, is_full, params, order);
}
